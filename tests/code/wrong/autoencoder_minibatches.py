import numpy as np

np.random.seed(1)

X = np.load("faces.npy")
N, D = X.shape
H = 64
batch_size = 32
lr = 1e-3

W_enc = np.random.randn(D, H) * np.sqrt(1.0 / D)
b_enc = np.zeros((1, H))
W_dec = np.random.randn(H, D) * np.sqrt(1.0 / H)
b_dec = np.zeros((1, D))

for epoch in range(50):
    perm = np.random.permutation(N)
    epoch_loss = 0.0
    for start in range(0, N, batch_size):
        xb = X[perm[start:start + batch_size]]
        B = xb.shape[0]

        # encode, decode
        h = 1.0 / (1.0 + np.exp(-(xb @ W_enc + b_enc)))
        x_hat = h @ W_dec + b_dec
        loss = 0.5 * np.sum((x_hat - xb) ** 2) / B
        epoch_loss += loss * B

        # backprop
        d_xhat = (x_hat - xb) / B
        dW_dec = h.T @ d_xhat
        db_dec = d_xhat.sum(axis=0, keepdims=True)
        dh = d_xhat @ W_dec.T
        da = dh * (1 - h)
        dW_enc = xb.T @ da
        db_enc = da.sum(axis=0, keepdims=True)

        W_enc -= lr * dW_enc
        b_enc -= lr * db_enc
        W_dec -= lr * dW_dec
        b_dec -= lr * db_dec
    print(epoch, epoch_loss / N)
