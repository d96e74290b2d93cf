"""ONNX Runtime, told to keep to itself before it is loaded.

Its builds for Linux carry a telemetry client (1.31 does) that begins with the import: it writes a file `.ses` into the
temporary folder and looks up its collector's address. Nothing may leave, so it is switched off by the variable that it
reads; a program that has loaded it before us is switched off as far as it still lets itself be.
"""

from __future__ import annotations

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as onnxruntime

onnxruntime.disable_telemetry_events()
