using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>A mail server that is not there, offers no encryption, or says nothing; and a server of ours that ends in between.</summary>
public sealed class MailServersAway(OnSqlite place) : NotificationsSpecification(place), IClassFixture<OnSqlite>
{
    [Fact]
    public async Task Mails_wait_for_a_mail_server_that_is_away_and_the_log_says_so_once()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var port = Mail.Port;
        await Mail.DisposeAsync();
        var locations = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            locations.Add(await NotifyAsync(ann, $"Number {i}", "mail"));
        }

        await Eventually.HoldsAsync(() => Server.Log.Text.Contains("cannot be used"));
        Clock.Advance(TimeSpan.FromMinutes(10));
        foreach (var location in locations)
        {
            (await StateAsync(location)).ShouldBe("queued");
        }

        Server.Log.Lines.Count(line => line.Text.Contains("cannot be used")).ShouldBe(1);
        await using var back = MailServer.Start(port);
        await Eventually.HoldsAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(20));
            return Task.FromResult(back.Taken.Count == locations.Count);
        });
        back.Taken.Select(mail => mail.Subject).Distinct().Count().ShouldBe(10);
    }

    [Fact]
    public async Task A_server_that_stops_and_starts_again_loses_no_mail_and_sends_none_twice()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var locations = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            locations.Add(await NotifyAsync(ann, $"Number {i}", "mail"));
            if (i % 20 == 19)
            {
                await Server.RestartAsync();
            }
        }

        var states = new Dictionary<string, string?>();
        foreach (var location in locations)
        {
            await Eventually.HoldsAsync(async () => await StateAsync(location) is "sent" or "unknown");
            states[location] = await StateAsync(location);
        }

        var counts = To("ann@example.org").CountBy(mail => mail.MessageId!).ToDictionary();
        counts.Values.ShouldAllBe(count => count == 1);
        // Only of those whose state says so it is not known.
        (counts.Count - 1).ShouldBeInRange(states.Values.Count(state => state == "sent"), locations.Count);
    }
}

/// <summary>A mail server without STARTTLS, where encryption is asked for.</summary>
public sealed class WithoutEncryption(OnSqlite place) : NotificationsSpecification(place), IClassFixture<OnSqlite>
{
    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?>
        {
            ["Notifications:Smtp"] = Mail.Setting.Replace("//", "//player:secret%21@", StringComparison.Ordinal),
            ["Notifications:SmtpWithoutTls"] = "false",
        };

    [Fact]
    public async Task It_gets_neither_a_password_nor_a_mail()
    {
        await RegisterAsync("ann", "ann@example.org");
        await Eventually.HoldsAsync(() => Server.Log.Text.Contains("cannot be used"));
        Mail.Taken.ShouldBeEmpty();
        Server.Log.Text.ShouldNotContain("secret!");
        Server.Log.Text.ShouldNotContain("secret%21");
    }
}
