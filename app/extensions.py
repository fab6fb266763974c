"""The Flask extensions, unbound."""

from __future__ import annotations

from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from app.core.base import Base

db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate(render_as_batch=True)
babel = Babel()
csrf = CSRFProtect()
compress = Compress()
login = LoginManager()
