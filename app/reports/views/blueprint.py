"""The blueprint that the views of reports share."""

from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/reports")
