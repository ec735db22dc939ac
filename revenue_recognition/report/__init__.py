"""Workbooks of the reports: plain values in, the bytes of an XLSX file out."""

from .rollforward_workbook import rollforward_workbook
from .waterfall_workbook import waterfall_workbook

__all__ = ["rollforward_workbook", "waterfall_workbook"]
