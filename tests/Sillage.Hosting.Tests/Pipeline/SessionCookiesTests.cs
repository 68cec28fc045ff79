using Microsoft.AspNetCore.Http;
using Shouldly;
using Sillage.Hosting.Pipeline;
using Xunit;

namespace Sillage.Hosting.Tests.Pipeline;

public sealed class SessionCookiesTests
{
    private static DefaultHttpContext Request(string scheme, string? cookies = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = scheme;
        context.Request.Headers.Cookie = cookies;
        return context;
    }

    [Fact]
    public void Over_tls_they_are_bound_to_the_host_and_to_tls()
    {
        // The scheme is what a trusted proxy says, too.
        var context = Request("https");

        SessionCookies.Set(context, "a", TimeSpan.FromMinutes(15), "r", TimeSpan.FromDays(30));

        context.Response.Headers.SetCookie.ShouldBe([
            "__Host-sillage=a; max-age=900; path=/; secure; samesite=strict; httponly",
            "__Host-sillage-refresh=r; max-age=2592000; path=/; secure; samesite=strict; httponly",
        ]);
    }

    [Fact]
    public void Without_tls_a_browser_would_not_take_such_names()
    {
        var context = Request("http");

        SessionCookies.Set(context, "a", TimeSpan.FromMinutes(15), "r", TimeSpan.FromDays(30));

        context.Response.Headers.SetCookie[0].ShouldBe("sillage=a; max-age=900; path=/; samesite=strict; httponly");
    }

    [Theory]
    [InlineData("https", "__Host-sillage=a", "a")]
    [InlineData("https", "sillage=a", null)]
    [InlineData("http", "sillage=a", "a")]
    [InlineData("http", "__Host-sillage=a", null)]
    [InlineData("http", "sillage=", null)]
    [InlineData("http", "sillage-refresh=r", null)]
    [InlineData("http", "\u0001;;=;sillage", null)]
    [InlineData("http", null, null)]
    public void One_that_another_host_could_have_set_is_not_read(string scheme, string? cookies, string? access) =>
        SessionCookies.ReadAccess(Request(scheme, cookies).Request).ShouldBe(access);
}
