from tests import factories


def test_a_post_is_drawn(home, client):
    post = factories.BlogPostPageFactory(title="Bail & release")
    response = client.get(post.get_url())
    assert response.status_code == 200
    assert "Bail &amp; release" in response.content.decode()
