"""The benchmark: exam, retrieval, answers and reply check, measured on judged items."""
