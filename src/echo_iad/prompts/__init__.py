"""Evidence to messages: what a multimodal model is told and shown. Pure; no model is known."""
