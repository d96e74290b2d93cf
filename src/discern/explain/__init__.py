"""Why a model answers as it does: pure functions on arrays and a function that predicts, and the frozen records that
they give. Nothing here reads files, fits a product's model or draws."""
