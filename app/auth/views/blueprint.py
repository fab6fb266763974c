"""The blueprint that the views of accounts share."""

from flask import Blueprint

bp = Blueprint("auth", __name__)
