import numpy as np

np.random.seed(1)

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])

syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
lr = 0.5

for j in range(60000):
    l0 = X
    l1 = 1 / (1 + np.exp(-np.dot(l0, syn0)))
    l2 = 1 / (1 + np.exp(-np.dot(l1, syn1)))
    l2_error = y - l2
    loss = 0.5 * np.sum(l2_error ** 2)
    if j % 10000 == 0:
        print("Error:", loss)
    l2_delta = l2_error * l2 * (1 - l2)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * l1 * (1 - l1)
    syn1 += lr * l1.T.dot(l2_delta)
    syn0 += lr * l0.T.dot(l1_delta)
