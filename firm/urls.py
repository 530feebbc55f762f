"""The site's URLs without a page; all others belong to the page tree."""

from django.conf import settings
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.urls import serve_pattern
from wagtail_footnotes import urls as footnotes_urls

from firm import views
from firm.accounts import urls as accounts_urls
from firm.monitoring.metrics import metrics
from firm.pages.routing import serve_page
from firm.registry import app_urls

handler400 = "firm.views.bad_request"
handler403 = "firm.views.permission_denied"
handler404 = "firm.views.page_not_found"
handler500 = settings.SERVER_ERROR_VIEW

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("search/", views.search, name="search"),
    path("", include(accounts_urls)),
    *app_urls(),
    path("footnotes/", include(footnotes_urls)),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("media/<path:path>", views.media, name="media"),
    re_path(serve_pattern, serve_page, name="wagtail_serve"),
    path("", include(wagtail_urls)),
]
