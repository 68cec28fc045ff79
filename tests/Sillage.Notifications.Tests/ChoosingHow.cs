using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>What people choose: which kinds, by which channels, when, how often, and out.</summary>
public abstract partial class ChoosingHow(Place place) : NotificationsSpecification(place)
{
    private const string Choices = "/api/v1/me/notification-choices";

    private static readonly string[] Gone = ["withdrawn"];

    [Fact]
    public async Task A_kind_goes_by_the_channels_that_one_chose()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        (await PutAsync($"{Choices}/kinds/notifications.message", new { app = true, mail = false }, As("ann"))).Must(
            HttpStatusCode.NoContent
        );
        var location = await NotifyAsync(ann, "In the list only");
        var state = (await GetAsync(location, Administrator)).Json;
        state["inList"]!.GetValue<bool>().ShouldBeTrue();
        state["mail"].ShouldBeNull();

        var chosen = (await GetAsync(Choices, As("ann"))).Json["kinds"]!.AsArray();
        chosen
            .Single(kind => (string)kind!["kind"]! == "notifications.message")!
            .ToJsonString()
            .ShouldContain("\"mail\":false");
    }

    [Fact]
    public async Task What_concerns_security_is_nobodys_choice()
    {
        await ConfirmedAsync("ann", "ann@example.org");
        (
            await PutAsync($"{Choices}/kinds/accounts.password-changed", new { app = false, mail = false }, As("ann"))
        ).Status.ShouldBe(HttpStatusCode.Conflict);
        (await PutAsync($"{Choices}/kinds/no.such", new { app = false, mail = false }, As("ann"))).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task The_language_is_that_of_the_reader()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        await TimesAsync("ann", new { language = "fr" });
        await HasStateAsync(await NotifyAsync(ann, "Sujet", "mail"), "sent");
        To("ann@example.org")[1].TextBody!.ShouldContain("Envoyé automatiquement");
        To("ann@example.org")[1].HtmlBody!.ShouldContain("<html lang=\"fr\">");
    }

    [Fact]
    public async Task Mail_waits_for_the_end_of_quiet_hours_and_security_does_not()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var now = Clock.GetUtcNow();
        await TimesAsync(
            "ann",
            new
            {
                zone = "UTC",
                quietFrom = now.AddHours(-1).ToString("HH:mm"),
                quietUntil = now.AddHours(2).ToString("HH:mm"),
            }
        );
        var location = await NotifyAsync(ann, "Later", "mail");
        await PutAsync(
            "/api/v1/me/password",
            new { currentPassword = TestUsers.Password, newPassword = "seven herons by the weir" },
            As("ann")
        );

        (await NextMailAsync("ann@example.org", 1)).Subject.ShouldBe("Your password for Sillage was changed");
        (await StateAsync(location)).ShouldBe("queued");
        Clock.Advance(TimeSpan.FromHours(2.1));
        await HasStateAsync(location, "sent");
    }

    [Theory]
    [InlineData("""{"zone":"Mars/Olympus"}""", "/zone")]
    [InlineData("""{"quietFrom":"22:00","zone":"Europe/Paris"}""", "/quietUntil")]
    [InlineData("""{"quietFrom":"22:00","quietUntil":"07:00"}""", "/zone")]
    [InlineData("""{"quietFrom":"25:00","quietUntil":"07:00","zone":"UTC"}""", "/quietFrom")]
    [InlineData("""{"digest":"minute"}""", "/digest")]
    [InlineData("""{"language":"de"}""", "/language")]
    public async Task Times_that_are_not_valid_are_refused(string body, string pointer)
    {
        await RegisterAsync("ann", null);
        var refused = await PatchAsync(Choices, System.Text.Json.Nodes.JsonNode.Parse(body), As("ann"));
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldContain(pointer);
    }

    [Fact]
    public async Task A_digest_is_one_mail_of_what_is_not_read_by_then()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        await TimesAsync("ann", new { digest = "hour" });
        string[] locations =
        [
            await NotifyAsync(ann, "First thing"),
            await NotifyAsync(ann, "Second thing"),
            await NotifyAsync(ann, "Third thing"),
        ];
        // All at once come into one digest too.
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => NotifyAsync(ann, $"At once {i}")));
        await PostAsync($"/api/v1/me/notifications/{locations[1].Split('/')[^1]}/read", null, As("ann"));

        Clock.Advance(TimeSpan.FromHours(1.1));
        await HasStateAsync(locations[0], "sent");
        var mails = To("ann@example.org").Skip(1).ToList();
        mails.Count.ShouldBe(1);
        mails[0].Subject.ShouldBe("7 new notifications");
        mails[0].TextBody!.ShouldContain("First thing");
        mails[0].TextBody!.ShouldContain("At once 4");
        mails[0].TextBody!.ShouldNotContain("Second thing");
        (await StateAsync(locations[1])).ShouldBe("withdrawn");
        (await StateAsync(locations[2])).ShouldBe("sent");

        // What comes afterwards is the next one's.
        var next = await NotifyAsync(ann, "Fourth thing");
        Clock.Advance(TimeSpan.FromHours(1.1));
        await HasStateAsync(next, "sent");
        To("ann@example.org")[2].Subject.ShouldBe("1 new notification");
    }

    [Fact]
    public async Task A_digest_waits_for_the_end_of_quiet_hours_too()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var now = Clock.GetUtcNow();
        await TimesAsync(
            "ann",
            new
            {
                digest = "hour",
                zone = "UTC",
                quietFrom = now.AddHours(-1).ToString("HH:mm"),
                quietUntil = now.AddHours(3).ToString("HH:mm"),
            }
        );
        var location = await NotifyAsync(ann, "Later", "mail");
        Clock.Advance(TimeSpan.FromHours(1.1));
        // What is due by now goes before what comes after it.
        var other = await ConfirmedAsync("bo", "bo@example.org");
        await HasStateAsync(await NotifyAsync(other, "At once", "mail"), "sent");
        (await StateAsync(location)).ShouldBe("queued");
        Clock.Advance(TimeSpan.FromHours(2));
        await HasStateAsync(location, "sent");
        To("ann@example.org")[^1].Subject.ShouldBe("1 new notification");
    }

    [Fact]
    public async Task A_digest_of_which_all_was_read_does_not_go()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        await TimesAsync("ann", new { digest = "day" });
        await NotifyAsync(ann, "Read at once");
        await PostAsync("/api/v1/me/notifications/read", new { upTo = 1 }, As("ann"));
        Clock.Advance(TimeSpan.FromHours(24.1));
        await Eventually.HoldsAsync(async () =>
            (await GetAsync("/api/v1/notifications/mails?kind=notifications.digest", Administrator))
                .Items.Select(item => (string)item!["state"]!)
                .SequenceEqual(Gone)
        );
        To("ann@example.org").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_mail_for_what_was_read_meanwhile_does_not_go()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var now = Clock.GetUtcNow();
        await TimesAsync(
            "ann",
            new
            {
                zone = "UTC",
                quietFrom = now.AddHours(-1).ToString("HH:mm"),
                quietUntil = now.AddHours(2).ToString("HH:mm"),
            }
        );
        var location = await NotifyAsync(ann, "Read in time");
        await PostAsync("/api/v1/me/notifications/read", new { upTo = 1 }, As("ann"));
        (await StateAsync(location)).ShouldBe("withdrawn");
        Clock.Advance(TimeSpan.FromHours(2.1));
        await HasStateAsync(await NotifyAsync(ann, "Behind it", "mail"), "sent");
        To("ann@example.org").Select(mail => mail.Subject).ShouldBe(["Welcome to Sillage", "Behind it"]);
    }

    [Fact]
    public async Task One_click_ends_mails_of_one_kind_and_a_scanner_that_follows_the_link_ends_nothing()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        await HasStateAsync(await NotifyAsync(ann, "One", "mail"), "sent");
        var mail = To("ann@example.org")[1];
        mail.Headers["List-Unsubscribe-Post"].ShouldBe("List-Unsubscribe=One-Click");
        var link = Link().Match(mail.Headers["List-Unsubscribe"]!).Groups["path"].Value;
        mail.HtmlBody!.ShouldContain(link);

        var shown = await GetAsync(link);
        shown.Status.ShouldBe(HttpStatusCode.OK);
        shown.Text.ShouldContain("<form method=\"post\">");
        (await StateAsync(await NotifyAsync(ann, "Two"))).ShouldNotBeNull();

        using var click = new StringContent("List-Unsubscribe=One-Click", Encoding.ASCII);
        click.Headers.ContentType = new("application/x-www-form-urlencoded");
        (await Server.SendAsync(HttpMethod.Post, link, click, null)).Status.ShouldBe(HttpStatusCode.OK);
        var third = (await GetAsync(await NotifyAsync(ann, "Three"), Administrator)).Json;
        third["mail"].ShouldBeNull();
        third["inList"]!.GetValue<bool>().ShouldBeTrue();

        (await GetAsync("/notifications/unsubscribe/nothing")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync("/notifications/unsubscribe/nothing")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Security_mail_has_no_way_out()
    {
        await RegisterAsync("ann", "ann@example.org");
        var welcome = await NextMailAsync("ann@example.org");
        welcome.Headers["List-Unsubscribe"].ShouldBeNull();
        welcome.HtmlBody!.ShouldNotContain("unsubscribe");
    }

    private async Task TimesAsync(string name, object times) =>
        (await PatchAsync(Choices, times, As(name))).Must(HttpStatusCode.NoContent);

    [GeneratedRegex(
        "^<https://play.example.org(?<path>/.+)>$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Link();
}

public sealed class ChoosingHow_on_sqlite(OnSqlite place) : ChoosingHow(place), IClassFixture<OnSqlite>;

public sealed class ChoosingHow_on_postgres(OnPostgres place) : ChoosingHow(place), IClassFixture<OnPostgres>;
