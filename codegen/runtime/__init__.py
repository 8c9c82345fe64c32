"""What is the same for every generated network: data, checks, training, checkpoints, commands.

In: the module of a network (``Params``, ``init``, ``predict``, ``loss``, ``gradients``,
``Trainer`` and a `Network` called ``NETWORK``) and arrays or files.  Out: checked arrays,
a `History` of the training, parameters on disk.  NumPy and the standard library only; this
file is the same beside each network.

``examples="columns"`` holds one example a column, X is (features, m) and an output is
(outputs, m); ``"rows"`` is the transpose of both.  Data files hold one example a row.
"""
