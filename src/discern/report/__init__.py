"""Records become text, HTML, tables and figures here. Nothing is computed that a record does not already hold."""
