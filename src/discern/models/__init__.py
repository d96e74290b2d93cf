"""Estimators with the scikit-learn contract and the codecs that save them. Each is listed in `catalogue.py`."""
