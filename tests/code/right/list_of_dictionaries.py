import numpy as np

ARCHITECTURE = [
    {"input_dim": 2, "output_dim": 25, "activation": "relu"},
    {"input_dim": 25, "output_dim": 50, "activation": "relu"},
    {"input_dim": 50, "output_dim": 1, "activation": "sigmoid"},
]


def init_layers(nn_architecture):
    params = {}
    for idx, layer in enumerate(nn_architecture):
        layer_idx = idx + 1
        params["W" + str(layer_idx)] = np.random.randn(layer["output_dim"], layer["input_dim"]) * 0.1
        params["b" + str(layer_idx)] = np.random.randn(layer["output_dim"], 1) * 0.1
    return params


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def relu(Z):
    return np.maximum(0, Z)


def sigmoid_backward(dA, Z):
    sig = sigmoid(Z)
    return dA * sig * (1 - sig)


def relu_backward(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def full_forward_propagation(X, params, nn_architecture=ARCHITECTURE):
    memory = {}
    A_curr = X
    for idx, layer in enumerate(nn_architecture):
        layer_idx = idx + 1
        A_prev = A_curr
        W_curr = params[f"W{layer_idx}"]
        b_curr = params[f"b{layer_idx}"]
        Z_curr = np.dot(W_curr, A_prev) + b_curr
        A_curr = relu(Z_curr) if layer["activation"] == "relu" else sigmoid(Z_curr)
        memory[f"A{idx}"] = A_prev
        memory[f"Z{layer_idx}"] = Z_curr
    return A_curr, memory


def get_cost_value(Y_hat, Y):
    m = Y_hat.shape[1]
    cost = -1 / m * (np.dot(Y, np.log(Y_hat).T) + np.dot(1 - Y, np.log(1 - Y_hat).T))
    return np.squeeze(cost)


def full_backward_propagation(Y_hat, Y, memory, params, nn_architecture=ARCHITECTURE):
    grads = {}
    m = Y.shape[1]
    dA_prev = -(np.divide(Y, Y_hat) - np.divide(1 - Y, 1 - Y_hat))
    for layer_idx_prev, layer in reversed(list(enumerate(nn_architecture))):
        layer_idx = layer_idx_prev + 1
        dA_curr = dA_prev
        A_prev = memory[f"A{layer_idx_prev}"]
        Z_curr = memory[f"Z{layer_idx}"]
        W_curr = params[f"W{layer_idx}"]
        if layer["activation"] == "relu":
            dZ_curr = relu_backward(dA_curr, Z_curr)
        else:
            dZ_curr = sigmoid_backward(dA_curr, Z_curr)
        grads[f"dW{layer_idx}"] = np.dot(dZ_curr, A_prev.T) / m
        grads[f"db{layer_idx}"] = np.sum(dZ_curr, axis=1, keepdims=True) / m
        dA_prev = np.dot(W_curr.T, dZ_curr)
    return grads
