"""Settings of django-allauth, which signs staff in."""

ACCOUNT_ADAPTER = "firm.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "firm.accounts.forms.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_LOGIN_TIMEOUT = ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # firm.accounts.throttle counts instead, in the database
MFA_ADAPTER = "firm.accounts.adapter.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "activate_totp": "firm.accounts.forms.SetUpAppForm",
    "add_webauthn": "firm.accounts.forms.AddPasskeyForm",
    "authenticate": "firm.accounts.forms.SecondStepForm",
    "authenticate_webauthn": "firm.accounts.forms.SecondStepPasskeyForm",
    "login_webauthn": "firm.accounts.forms.PasskeyLoginForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODE_DIGITS = 24  # 80 bits
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_TOTP_TOLERANCE = 1  # clocks differ, and typing takes time
MFA_WEBAUTHN_USER_VERIFICATION = "required"
USERSESSIONS_ADAPTER = "firm.accounts.adapter.UserSessionsAdapter"
