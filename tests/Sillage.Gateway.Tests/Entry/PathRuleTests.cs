using Shouldly;
using Sillage.Gateway.Entry;
using Xunit;

namespace Sillage.Gateway.Tests.Entry;

public sealed class PathRuleTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/posts")]
    [InlineData("/api/v1/posts/")]
    [InlineData("/api/v1/tags/c%23")]
    [InlineData("/api/v1/tags/a%20b.c..d/...")]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/api/v1/posts?q=a//b;../%2f%5c\\")]
    [InlineData("http://example.org/api/v1/posts")]
    [InlineData("http://example.org")]
    [InlineData("*")]
    public void What_means_one_thing_passes(string target) => PathRule.Fault(target).ShouldBeNull();

    [Theory]
    [InlineData("/api/v1%2fposts")]
    [InlineData("/api/v1%2Fposts")]
    [InlineData("/api%5cv1")]
    [InlineData("/api%5Cv1")]
    [InlineData("/api\\v1")]
    [InlineData("/api/v1/posts;v=1")]
    [InlineData("//api/v1")]
    [InlineData("/api//v1")]
    [InlineData("/api/v1//")]
    [InlineData("/api/./v1")]
    [InlineData("/api/../internal")]
    [InlineData("/api/v1/..")]
    [InlineData("/api/%2e%2e/internal")]
    [InlineData("/api/.%2E/internal")]
    [InlineData("/api/%2e/internal")]
    [InlineData("/api/v1/posts%00")]
    [InlineData("http://example.org/api/../internal")]
    [InlineData("http://example.org//api")]
    public void What_may_mean_two_is_refused(string target) => PathRule.Fault(target).ShouldNotBeNull();
}
