"""Networks as descriptions and as torch modules. `layers` and `plan` know no torch; nothing here learns."""

import os
import tempfile

# PyTorch's optimizers make a folder for compiled code, which nothing here uses; this one is there already
os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())
