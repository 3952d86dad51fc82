"""Mails about approvals."""
