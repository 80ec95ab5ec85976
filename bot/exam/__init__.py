"""The exam reader: answers exam items from retrieved rules, with no generative model."""

from bot.exam.marking import blanks_right, is_correct
from bot.exam.reader import ExamAnswer, ExamReader
from bot.exam.restating import restates

__all__ = ["ExamAnswer", "ExamReader", "blanks_right", "is_correct", "restates"]
