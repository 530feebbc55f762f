"""Where uploads are stored: on this machine, or in S3-compatible storage that all servers share."""

from firm.settings.environment import Environment, SettingError, split_address

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def media_storage(env: Environment) -> tuple[dict, list[str]]:
    """Return Django's entry of the storage, and the origins that pages show pictures from besides their own."""
    bucket = env.text("S3_BUCKET", "")
    if not bucket:
        return FOLDER, []
    endpoint = (env.text("AWS_ENDPOINT_URL_S3", "") or env.text("AWS_ENDPOINT_URL", "")).rstrip("/")
    region = env.text("AWS_REGION", "") or env.text("AWS_DEFAULT_REGION", "us-east-1")
    standard = f"{endpoint}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"
    public_url = env.text("S3_PUBLIC_URL", standard)
    address = split_address(public_url)
    if address.scheme not in {"http", "https"} or not address.hostname or address.query:
        name = "S3_PUBLIC_URL" if public_url != standard else "AWS_ENDPOINT_URL_S3"
        raise SettingError(name, f"must be an address such as https://pictures.example.com, not {public_url!r}.")
    options = {
        "bucket_name": bucket,
        "region_name": region,
        "public_url": public_url,
        "endpoint_url": endpoint,
        # Without keys, boto3 finds those of the machine's own role.
        "access_key": env.text("AWS_ACCESS_KEY_ID", ""),
        "secret_key": env.text("AWS_SECRET_ACCESS_KEY", ""),
        "security_token": env.text("AWS_SESSION_TOKEN", ""),
    }
    given = {name: value for name, value in options.items() if value}
    return {"BACKEND": "firm.uploads.s3.Bucket", "OPTIONS": given}, [f"{address.scheme}://{address.netloc}"]
