#!/usr/bin/env python
# coding: utf-8

# # Logistic regression from scratch

# In[1]:


import numpy as np
import matplotlib.pyplot as plt
get_ipython().run_line_magic('matplotlib', 'inline')


# In[2]:


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


# In[3]:


def predict_proba(X, w, b):
    return sigmoid(X.dot(w) + b)


# In[4]:


def compute_cost(X, y, w, b):
    m = X.shape[0]
    p = predict_proba(X, w, b)
    cost = -(1 / m) * np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
    return cost


# In[5]:


def compute_gradients(X, y, w, b):
    m = X.shape[0]
    p = predict_proba(X, w, b)
    error = p - y
    dw = X.T.dot(error)
    db = np.sum(error) / m
    return dw, db


# In[6]:


def fit(X, y, lr=0.1, epochs=1000):
    w = np.zeros(X.shape[1])
    b = 0.0
    costs = []
    for i in range(epochs):
        dw, db = compute_gradients(X, y, w, b)
        w = w - lr * dw
        b = b - lr * db
        if i % 100 == 0:
            costs.append(compute_cost(X, y, w, b))
    return w, b, costs


# In[7]:


rng = np.random.RandomState(0)
X = rng.randn(200, 2)
y = (X[:, 0] + X[:, 1] > 0).astype(float)
w, b, costs = fit(X, y)
plt.plot(costs)
plt.show()
