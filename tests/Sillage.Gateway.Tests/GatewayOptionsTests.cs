using System.ComponentModel.DataAnnotations;
using Shouldly;
using Xunit;

namespace Sillage.Gateway.Tests;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void Good_settings_have_no_fault() =>
        Faults(new GatewayService { Addresses = ["http://10.0.0.5:8000", "https://posts/"], Weights = [2, 0] })
            .ShouldBeEmpty();

    [Fact]
    public void A_record_takes_the_place_of_addresses()
    {
        Faults(new GatewayService { Discover = "_http._tcp.posts.test" }).ShouldBeEmpty();
        Faults(new GatewayService { Discover = "_http._tcp.posts.test", Addresses = ["http://posts"] })
            .ShouldHaveSingleItem()
            .ShouldContain("takes the place");
    }

    [Theory]
    [InlineData("Addresses has none")]
    [InlineData("'posts' in", "posts")]
    [InlineData("'ftp://posts' in", "ftp://posts")]
    [InlineData("without a path", "http://posts/api")]
    [InlineData("one twice", "http://posts", "http://POSTS")]
    public void Addresses_are_checked(string said, params string[] addresses) =>
        Faults(new GatewayService { Addresses = addresses }).ShouldHaveSingleItem().ShouldContain(said);

    [Theory]
    [InlineData(1)]
    [InlineData(1, 101)]
    [InlineData(-1, 1)]
    public void Weights_are_checked(params int[] weights) =>
        Faults(new GatewayService { Addresses = ["http://a", "http://b"], Weights = weights })
            .ShouldHaveSingleItem()
            .ShouldContain("Gateway:Services:posts:Weights");

    private static List<string> Faults(GatewayService service)
    {
        var options = new GatewayOptions();
        options.Services["posts"] = service;
        return [.. options.Validate(new ValidationContext(options)).Select(fault => fault.ErrorMessage!)];
    }
}
