"""How each estimator is saved: pure functions between a fitted model, JSON with arrays, and an ONNX graph.

A codec needs neither torch nor scikit-learn until `decode` rebuilds the estimator, so that prediction starts quickly.
It has four functions: `encode(model)`, `check(config, arrays, spec, n_classes)`,
`decode(config, arrays, spec, classes)` and `graph(config, arrays, spec, n_classes)`. `decode` and `graph` may trust
what `check` has let through.
"""
