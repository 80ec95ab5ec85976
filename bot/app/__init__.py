"""The web chat: gradio Blocks inside a FastAPI app; nothing outside this package imports gradio."""
