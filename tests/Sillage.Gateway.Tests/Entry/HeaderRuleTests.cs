using Microsoft.AspNetCore.Http;
using Shouldly;
using Sillage.Gateway.Entry;
using Xunit;

namespace Sillage.Gateway.Tests.Entry;

public sealed class HeaderRuleTests
{
    [Theory]
    [InlineData("X-User-Id")]
    [InlineData("x-user-roles")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("X-Original-URL")]
    [InlineData("Sillage-Caller")]
    [InlineData("x-sillage-anything")]
    [InlineData("X-Internal-Service")]
    [InlineData("X-Auth-Request-User")]
    public void What_only_a_gateway_says_is_taken_away(string name)
    {
        var headers = new HeaderDictionary { [name] = "admin", ["Accept"] = "text/csv" };

        HeaderRule.Apply(headers);

        headers.Keys.ShouldBe(["Accept"]);
    }

    [Fact]
    public void What_Connection_names_is_for_this_hop_alone()
    {
        var headers = new HeaderDictionary
        {
            ["Connection"] = new(["keep-alive, X-One ,authorization", "X-Two,,host, content-length"]),
            ["X-One"] = "1",
            ["x-two"] = "2",
            ["X-Three"] = "3",
            ["Authorization"] = "Bearer of nobody",
            ["Host"] = "example.org",
            ["Content-Length"] = "3",
        };

        HeaderRule.Apply(headers);

        headers.Keys.ShouldBe(["Connection", "X-Three", "Host", "Content-Length"], ignoreOrder: true);
    }
}
