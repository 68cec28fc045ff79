using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Api.Access;
using Sillage.Hosting.Tests.Playground;
using Xunit;

namespace Sillage.Hosting.Tests.Access;

public sealed class PermissionsTests
{
    private static readonly Permission Read = new("books.read", Role.Member, Role.Researcher);
    private static readonly Permission Lend = new("books.lend", Role.Researcher);
    private static readonly Permission Burn = new("books.burn");

    [Theory]
    [InlineData(Role.Member, "books.read")]
    [InlineData(Role.Researcher, "books.lend books.read")]
    [InlineData(Role.Administrator, "books.burn books.lend books.read")]
    [InlineData("captain", "")]
    public void A_role_holds_what_was_given_to_it_and_an_administrator_everything(string role, string held) =>
        string.Join(' ', new Permissions([Read, Lend, Burn]).Of(role).Order()).ShouldBe(held);

    [Fact]
    public void Two_permissions_of_one_name_are_refused() =>
        Should
            .Throw<InvalidOperationException>(() => new Permissions([Read, new Permission("books.read")]))
            .Message.ShouldContain("books.read");

    [Fact]
    public void A_role_that_does_not_exist_is_refused() =>
        Should
            .Throw<InvalidOperationException>(() => new Permissions([new Permission("books.read", "captain")]))
            .Message.ShouldContain("captain");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_permissions_of_a_module_are_known_whether_it_runs_here_or_elsewhere(bool here)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        PlaygroundModule[] playground = [new()];
        builder.AddSillage(here ? playground : [], here ? [] : playground);

        using var services = builder.Services.BuildServiceProvider();
        var permissions = services.GetRequiredService<Permissions>();

        permissions.Of(Role.Administrator).ShouldContain(PlaygroundModule.Administer.Name);
        permissions.Of(Role.Member).ShouldBe([Permission.Self.Name]);
    }
}
