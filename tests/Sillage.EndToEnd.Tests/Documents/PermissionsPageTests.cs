using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts;
using Sillage.Api.Access;
using Sillage.Collections;
using Sillage.EndToEnd.Tests.Kit;
using Sillage.Hosting;
using Sillage.Messaging;
using Sillage.Notifications;
using Sillage.Posts;
using Sillage.Rowing;
using Sillage.Traces;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The guide says what an API key can be given.</summary>
public sealed class PermissionsPageTests
{
    [Fact]
    public async Task The_guide_names_every_permission()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.AddSillage(
            [],
            [
                new AccountsModule(),
                new TracesModule(),
                new MessagingModule(),
                new PostsModule(),
                new NotificationsModule(),
                new RowingModule(),
                new CollectionsModule(),
            ]
        );
        await using var services = builder.Services.BuildServiceProvider();
        var guide = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/guide/accounts.md"));

        services
            .GetRequiredService<Permissions>()
            .All.Select(permission => permission.Name)
            .Where(name => !guide.Contains($"`{name}`", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }
}
