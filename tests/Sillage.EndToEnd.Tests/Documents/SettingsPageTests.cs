using Microsoft.AspNetCore.Builder;
using Shouldly;
using Sillage.Accounts;
using Sillage.Collections;
using Sillage.EndToEnd.Tests.Kit;
using Sillage.Gateway;
using Sillage.Hosting;
using Sillage.Hosting.Settings;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging;
using Sillage.Notifications;
using Sillage.Posts;
using Sillage.RabbitMq;
using Sillage.Rowing;
using Sillage.Traces;

namespace Sillage.EndToEnd.Tests.Documents;

/// <summary>The reference of the settings says what the code reads. <c>SILLAGE_TEST_UPDATE=1 ./test SettingsPage</c> writes it anew.</summary>
public sealed class SettingsPageTests
{
    [Fact]
    public async Task The_reference_lists_every_setting()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLiveSettings();
        builder.Services.AddRabbitMqBus(builder.Configuration);
        builder.AddSillage([
            new AccountsModule(),
            new TracesModule(),
            new MessagingModule(),
            new PostsModule(),
            new NotificationsModule(),
            new RowingModule(),
            new CollectionsModule(),
            new GatewayModule(),
        ]);
        var page = SettingsPage.Of(builder.Services);
        var path = Path.Combine(Repository.Root, "docs/reference/settings.md");
        if (Environment.GetEnvironmentVariable("SILLAGE_TEST_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, page);
        }

        (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n").ShouldBe(page);
    }
}
