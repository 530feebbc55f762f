"""Settings shared by every installation. Safe for production as they are; the other modules only relax them."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from firm.settings.cdn import frontend_caches
from firm.settings.database import admin_search, databases
from firm.settings.environment import STAND_INS, CollectingEnvironment
from firm.settings.error_reports import report_address
from firm.settings.logs import logging_settings
from firm.settings.media import FOLDER, media_storage
from firm.settings.sign_in import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = CollectingEnvironment()  # the modules that import this one end with env.check()

# --- Where state is stored ---------------------------------------------------------------------
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).expanduser().resolve()

# --- Identity and secrets ----------------------------------------------------------------------
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY", length=50)
FIELD_ENCRYPTION_KEYS = env.keys("FIELD_ENCRYPTION_KEYS")
SITE_URL = env.site("SITE_URL")
_site = urlsplit(SITE_URL)
IS_HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", _site.hostname or "localhost")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

# --- Applications ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "firm",
    "attorneys",
    "blog",
    "consultations",
    "wagtail_footnotes",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "phonenumber_field",
    "csp",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "firm.middleware.TrustedProxyMiddleware",
    # Those that add headers stand outside of all that answer by themselves.
    "firm.middleware.ContentSecurityPolicyMiddleware",
    "firm.middleware.ResponseHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "firm.middleware.BadAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "firm.middleware.StaffSessionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "firm.urls"
WSGI_APPLICATION = "firm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "firm.pages.site_context.site_context",
            ],
            "builtins": [
                "django.templatetags.static",
                "wagtail.templatetags.wagtailcore_tags",
                "firm.templatetags.firm_tags",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database ----------------------------------------------------------------------------------
DATABASES = env.attempt(databases, {"default": STAND_INS["database"]}, env, DATA_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Background work ---------------------------------------------------------------------------
# Wagtail's own small tasks (search indexing) run at once; ours go to the worker through the database.
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "worker": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]},
}

# --- Mail --------------------------------------------------------------------------------------
for _name, _value in env.email("EMAIL_URL", "smtp://localhost:25").items():
    globals()[_name] = _value
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", f"website@{_site.hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/New_York"
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES = [("en-us", "English")]
PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DEFAULT_FORMAT = "NATIONAL"

# --- Static files and uploads ------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_DIR", str(DATA_DIR / "static"))).expanduser().resolve()
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
_media, MEDIA_ORIGINS = env.attempt(media_storage, (FOLDER, []), env)
STORAGES = {
    "default": _media,
    "staticfiles": {"BACKEND": "firm.server.static_storage.BundledStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60
WAGTAILFRONTENDCACHE = env.attempt(frontend_caches, {}, env)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Backups -----------------------------------------------------------------------------------
# Public keys alone: what makes backups cannot open them. Without BACKUP_DEST none is made by the clock.
BACKUP_RECIPIENT = env.items("BACKUP_RECIPIENT", "")
BACKUP_DEST = env.text("BACKUP_DEST", "")
BACKUP_TIME = env.time("BACKUP_TIME", "02:30")
BACKUP_KEEP = env.number("BACKUP_KEEP", 30)

# --- Accounts ----------------------------------------------------------------------------------
LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "firm.accounts.password_validators.GuessesValidator"},
    {"NAME": "firm.accounts.password_validators.BreachedPasswordValidator"},
]
# Scrypt with N=2^14, r=8, p=5: 16 MB for each, one of the settings that OWASP names as equal to Argon2id.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_RESET_TIMEOUT = 60 * 60
BREACHED_PASSWORDS = env.file("BREACHED_PASSWORDS")
REQUIRE_SECOND_FACTOR = env.flag("REQUIRE_SECOND_FACTOR", True)
STAFF_IDLE_LIMIT = timedelta(minutes=env.number("STAFF_IDLE_MINUTES", 60, least=1, most=24 * 60))
STAFF_SESSION_LIMIT = timedelta(hours=env.number("STAFF_SESSION_HOURS", 12, least=1, most=7 * 24))

# --- Security headers --------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(STAFF_SESSION_LIMIT.total_seconds())
# Over HTTPS no other host of the domain, and nobody without TLS, can set these (RFC 6265bis, 4.1.3.2).
_host_only = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_host_only}sessionid", f"{_host_only}csrftoken"
MESSAGES_COOKIE_NAME, DEVICE_COOKIE_NAME = f"{_host_only}messages", f"{_host_only}device"
MESSAGE_STORAGE = "firm.accounts.cookies.MessageStorage"
CSRF_FAILURE_VIEW = "consultations.views.csrf_failure"
SERVER_ERROR_VIEW = "consultations.views.server_error"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 63_072_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # previews of pages are frames of the admin

# The public site: nothing but its own files, no inline script or style; text becomes no script and no markup by itself,
# and the one address of a script that the form's own script puts together is checked by a policy of that name.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", *MEDIA_ORIGINS],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["proof-worker"],
    }
}
# The staff's side: Wagtail's widgets print inline styles, and its previews are frames. See firm/admin_widgets.py.
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    # One handler alone may stand in an attribute, "return;": the library that marks a picture's focal point asks with
    # it what the browser can do.
    "script-src-attr": ["'unsafe-hashes'", "'sha256-i+qr4lq34KgNHiW62lWi9aInEBwiEOrfCzaNPCvkqD8='"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:", *MEDIA_ORIGINS],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "frame-src": ["'self'"],
    "worker-src": ["'self'", "blob:"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
}

# --- Wagtail -----------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "The firm's website"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILIMAGES_IMAGE_MODEL = "firm.FirmImage"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_FORMAT_CONVERSIONS = {"avif": "avif", "webp": "webp"}
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 25_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "firm.uploads.forms.ImageForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "firm.uploads.forms.DocumentForm"
WAGTAILIMAGES_AVIF_QUALITY = 55
WAGTAILIMAGES_WEBP_QUALITY = 75
WAGTAILIMAGES_JPEG_QUALITY = 78
WAGTAILDOCS_EXTENSIONS = ["csv", "doc", "docx", "ics", "odt", "pdf", "pptx", "rtf", "txt", "xlsx"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": admin_search(DATABASES), "SEARCH_CONFIG": "english"}}
WAGTAILDOCS_SERVE_METHOD = "serve_view"  # after asking who may see it, never by an address of the storage
WAGTAILEMBEDS_FINDERS = []
TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = True
WAGTAIL_FOOTNOTES_TEXT_FEATURES = ["bold", "italic", "link"]

# --- Logs --------------------------------------------------------------------------------------
SENTRY_DSN = env.attempt(report_address, "", env)
LOGGING = env.attempt(logging_settings, {}, env, reports=bool(SENTRY_DSN))
LOG_CACHED_EVERY = env.number("LOG_CACHED_EVERY", 100, least=0)  # one of so many cached responses is logged; 0: none
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
