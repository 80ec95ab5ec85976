"""The reply check: marks the words of a draft reply that breach a rule of the corpus, with the rule beside them."""

from bot.check.checker import ReplyChecker

__all__ = ["ReplyChecker"]
