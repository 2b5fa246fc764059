"""The one settings file. Everything that differs between machines is an environment variable, read here.

Without any of them Hearth starts as in production and refuses what is missing: DEBUG is off and the secrets
have no defaults. `make demo` sets DEBUG=1, in which the secrets are made once and kept in var/.
"""

import secrets
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent
env: Any = environ.Env()  # its readers carry no types

DEBUG: bool = env.bool("DEBUG", default=False)
TESTING = "pytest" in sys.modules

VAR_DIR = Path(env.str("HEARTH_VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret(name: str) -> str:
    """A secret from the environment; in DEBUG alone, one made on first use and kept in var/."""
    value: str = env.str(name, default="")
    if value:
        return value
    if not (DEBUG or TESTING):
        raise ImproperlyConfigured(f"Set {name} in the environment (DEBUG is off).")
    path = VAR_DIR / f"{name.lower()}.txt"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = _secret("SECRET_KEY")
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEBUG or TESTING else []
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL: str = env.str("SITE_URL", default="http://127.0.0.1:8000")

# The key-encryption key lies apart from the database and from SECRET_KEY; see core/kek.py.
KEK_FILE = Path(env.str("HEARTH_KEK_FILE", default=str(VAR_DIR / "kek.json")))

# What must stay destroyed when an older backup is restored; belongs on another machine. See core/journal.py.
ERASURE_JOURNAL = Path(env.str("HEARTH_ERASURE_JOURNAL", default=str(VAR_DIR / "erasures.journal")))
ERASURE_DELAY_DAYS: int = env.int("ERASURE_DELAY_DAYS", default=7)  # between the approval and the erasure
REFERRAL_ANSWER_DAYS: int = env.int("REFERRAL_ANSWER_DAYS", default=7)  # until one nobody answers expires
REFERRAL_URGENT_HOURS: int = env.int("REFERRAL_URGENT_HOURS", default=24)  # for a shelter or a doctor at once
# How long a count of free places is believed before it is asked for again; by the kind of service where named.
CAPACITY_FRESH_DAYS: int = env.int("CAPACITY_FRESH_DAYS", default=30)
CAPACITY_FRESH_DAYS_OF: dict[str, int] = env.dict(
    "CAPACITY_FRESH_DAYS_OF",
    cast={"value": int},
    default={"shelter_emergency": 1, "shelter_transitional": 7, "housing_long_term": 14},
)
ERASURE_FINAL_DAYS = 7  # until the KEK version that wrapped the erased keys is destroyed
RETENTION_YEARS: dict[str, int] = env.dict(
    "RETENTION_YEARS", cast={"value": int}, default={}
)  # "GBR=7,ITA=10"

# --- applications -----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "core",
    "advocacy",
    "casework",
    "referrals",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_cotton",
    "csp",
]

MIDDLEWARE = [
    "core.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.UnlockKeyring",
    "core.middleware.DenyByDefault",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.NoStore",
]

ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.hearth",
            ],
        },
    },
]
COTTON_DIR = "components"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data -------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'hearth.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        " PRAGMA secure_delete=ON;",
    }
    # A file, not memory: WAL and a second process must be real in tests too.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # of 300, an attacker would push out the limits on guessing
    }
}

# --- people and sessions ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["core.auth.KeySlotBackend"]
PASSWORD_HASHERS = ["core.auth.NoHasher"]  # the key slot's verifier is the only password hash there is
ANONYMOUS_USER_NAME = None  # guardian: nobody is granted anything by being nobody
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_MIN_LENGTH = 14
PASSWORD_COST = (64 * 1024, 3, 4)  # Argon2id: KiB, passes, lanes (RFC 9106, second recommended option)
LINK_ROUNDS = (
    600_000  # of PBKDF2-HMAC-SHA256: browsers have no Argon2id, and a phone takes a second for these
)
DEMO_PASSWORD = "hearth demo only 2026"  # noqa: S105  refused wherever DEBUG is off

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_COOKIES: bool = env.bool("SECURE_COOKIES", default=not (DEBUG or TESTING))
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
KEY_COOKIE_NAME = "__Host-key" if SECURE_COOKIES else "key"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.csrf_failure"

# --- the web ----------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=SECURE_COOKIES)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 63072000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"  # with no-referrer Chromium sends no Origin, and CSRF fails
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    # Sealed documents: any of django-storages' backends, with its options as JSON; it sees ciphertext alone.
    "documents": {
        "BACKEND": env.str("DOCUMENT_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json(
            "DOCUMENT_STORAGE_OPTIONS",
            default={
                "location": str(VAR_DIR / "documents"),
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        ),
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING

# --- language and time ------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("es", _("Spanish")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "core" / "locale"]
FORMAT_MODULE_PATH = ["core.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE: str = env.str("TIME_ZONE", default="UTC")

# --- uploads: sealed while they arrive (core/uploads.py), under a key that only this process holds --------------
FILE_UPLOAD_HANDLERS = ["core.uploads.SealingHandler"]
UPLOAD_DIR = VAR_DIR / "uploads"
DOCUMENT_MAX_MB: int = env.int("DOCUMENT_MAX_MB", default=250)
DOCUMENT_MAX_BYTES = DOCUMENT_MAX_MB * 1_000_000  # of one request

# --- API --------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.problems.exception_handler",
    "DEFAULT_THROTTLE_RATES": {"sign-in": "20/hour", "directory": "120/min"},
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,  # nobody counts as somebody else by a header of their own
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_FORMATTER_CLASS": "core.api.problems.ProblemFormatter"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hearth",
    "DESCRIPTION": "Case management for survivors of human trafficking.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # The record declares dozens of code lists: each stands where it is used, none needs a name of its own.
    "POSTPROCESSING_HOOKS": [],
}

# Services that others publish, for anybody and without what is confidential: docs/directory.md.
PUBLISH_DIRECTORY: bool = env.bool("PUBLISH_DIRECTORY", default=True)

# --- work that happens later (core/celery.py, core/outbox.py) ------------------------------------------------
OUTBOX_KEEP_DAYS: int = env.int("OUTBOX_KEEP_DAYS", default=14)  # for which the rows of done work are kept
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
if not REDIS_URL:
    for part in ("messages", "processed", "control"):
        (BROKER_DIR / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.1,  # of the default, a second, embedded workers would do one piece of work a second
    }
# Taken from in turn: however much work waits, what beat starts is not held up behind it.
CELERY_TASK_QUEUES = [Queue("celery", routing_key="celery"), Queue("work", routing_key="work")]
CELERY_TASK_ROUTES = {"core.run_item": {"queue": "work"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False  # events carry task arguments
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "beat": {"task": "core.beat", "schedule": 5.0, "options": {"expires": 20}},
    "relay": {"task": "core.relay", "schedule": 2.0, "options": {"expires": 10}},
    "old sessions": {"task": "core.forget_sessions", "schedule": 3600.0, "options": {"expires": 3600}},
    "left-over uploads": {"task": "core.forget_uploads", "schedule": 3600.0, "options": {"expires": 3600}},
    "done work": {"task": "core.forget_done", "schedule": 3600.0, "options": {"expires": 3600}},
    "due follow-ups": {"task": "casework.find_due", "schedule": 15.0, "options": {"expires": 60}},
    "reviews not done in time": {
        "task": "referrals.end_overdue",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "free places to confirm": {
        "task": "referrals.ask_for_capacity",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- mail -------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="hearth@localhost")

# --- logs: see core/logs.py; nothing of a request's content is ever written -------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "core.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.db.backends": {"level": "WARNING"},  # never SQL: it carries parameters
        "celery": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},
        "fpdf": {"level": "ERROR"},  # it warns with the letters that a font lacks
        "fontTools": {"level": "ERROR"},
    },
}
DEFAULT_EXCEPTION_REPORTER = "core.logs.ClassAndPlace"
DEFAULT_EXCEPTION_REPORTER_FILTER = "core.logs.NothingButNames"
ADMINS: list[tuple[str, str]] = []
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # its backend says yes to superusers; our gate reads grants alone
