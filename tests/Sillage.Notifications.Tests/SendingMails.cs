using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using SmtpServer.Protocol;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>What becomes of mails, whatever the mail server does.</summary>
public abstract class SendingMails(Place place) : NotificationsSpecification(place)
{
    private static SmtpResponse Answer(int code, string text) => new((SmtpReplyCode)code, text);

    [Fact]
    public async Task Who_registers_with_an_address_gets_one_welcome_mail_that_confirms_it()
    {
        await RegisterAsync("ann", "ann@example.org");

        var welcome = await NextMailAsync("ann@example.org");
        welcome.Subject.ShouldBe("Welcome to Sillage");
        welcome.TextBody!.ShouldContain("https://play.example.org/confirm-address#token=");
        welcome.HtmlBody!.ShouldContain("https://play.example.org/confirm-address#token=");
        (await GetAsync("/api/v1/me/address", As("ann"))).Json["confirmed"]!.GetValue<bool>().ShouldBeFalse();

        var token = TokenIn(welcome);
        (await PostAsync("/api/v1/auth/confirm-address", new { token })).Must(HttpStatusCode.OK);
        (await GetAsync("/api/v1/me/address", As("ann"))).Json["confirmed"]!.GetValue<bool>().ShouldBeTrue();
        (await PostAsync("/api/v1/auth/confirm-address", new { token })).Status.ShouldBe(HttpStatusCode.BadRequest);
        To("ann@example.org").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_mail_says_that_it_is_automatic_and_has_an_id_of_our_domain()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var location = await NotifyAsync(ann, "A subject", "mail");
        await HasStateAsync(location, "sent");

        var mail = To("ann@example.org")[1];
        var id = (Guid)(await GetAsync(location, Administrator)).Json["mail"]!["id"]!;
        mail.MessageId.ShouldBe($"{id:N}@play.example.org");
        mail.From.Mailboxes.Single().Address.ShouldBe("noreply@play.example.org");
        mail.Headers["Auto-Submitted"].ShouldBe("auto-generated");
        mail.Headers["X-Auto-Response-Suppress"].ShouldBe("All");
        mail.Headers["Precedence"].ShouldBe("bulk");
    }

    [Fact]
    public async Task A_subject_cannot_bring_headers_of_its_own()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        await HasStateAsync(await NotifyAsync(ann, "One\r\nBcc: eve@example.org", "mail"), "sent");

        To("ann@example.org")[1].Subject.ShouldBe("One Bcc: eve@example.org");
        To("ann@example.org")[1].Bcc.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_refused_for_now_waits_and_goes_later()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var refusals = 0;
        Mail.AtRecipient = _ => Interlocked.Increment(ref refusals) == 1 ? Answer(451, "4.7.1 Greylisted") : null;

        var location = await NotifyAsync(ann, "Greylisted", "mail");
        await Eventually.HoldsAsync(async () =>
            (string?)(await GetAsync(location, Administrator)).Json["mail"]!["detail"] is { } detail
            && detail.Contains("Greylisted")
        );
        (await StateAsync(location)).ShouldBe("queued");
        To("ann@example.org").Count.ShouldBe(1);

        Clock.Advance(TimeSpan.FromMinutes(2));
        await HasStateAsync(location, "sent");
        To("ann@example.org").Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_recipient_refused_for_good_ends_that_mail_alone_and_gets_no_more()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var bo = await ConfirmedAsync("bo", "bo@example.org");
        Mail.AtRecipient = to => to == "ann@example.org" ? Answer(550, "5.1.1 No such mailbox") : null;

        var first = await NotifyAsync(ann, "To nobody", "mail");
        var other = await NotifyAsync(bo, "To somebody", "mail");
        await HasStateAsync(first, "failed");
        await HasStateAsync(other, "sent");

        await HasStateAsync(await NotifyAsync(ann, "Once more", "mail"), "suppressed");
        var list = await GetAsync("/api/v1/notifications/suppressions", Administrator);
        list.Items.Select(item => (string)item!["reason"]!).ShouldBe(["no-mailbox"]);

        Mail.AtRecipient = _ => null;
        (
            await PostAsync(
                "/api/v1/notifications/suppressions/removal",
                new { address = "Ann@example.org" },
                Administrator
            )
        ).Must(HttpStatusCode.NoContent);
        await HasStateAsync(await NotifyAsync(ann, "Again", "mail"), "sent");
    }

    [Fact]
    public async Task A_mail_that_may_have_arrived_is_not_sent_again_unless_its_kind_is_critical()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        Mail.DropsAfterData = _ => true;
        var location = await NotifyAsync(ann, "Perhaps", "mail");
        await HasStateAsync(location, "unknown");

        Mail.DropsAfterData = _ => false;
        Clock.Advance(TimeSpan.FromHours(2));
        await HasStateAsync(await NotifyAsync(ann, "Another", "mail"), "sent");
        (await StateAsync(location)).ShouldBe("unknown");
        To("ann@example.org").Count(mail => mail.Subject == "Perhaps").ShouldBe(1);
    }

    [Fact]
    public async Task A_critical_mail_that_may_have_arrived_is_sent_again_under_the_same_id()
    {
        await ConfirmedAsync("ann", "ann@example.org");
        Mail.DropsAfterData = _ => true;
        (await PostAsync("/api/v1/auth/forgot-password", new { account = "ann" })).Must(HttpStatusCode.Accepted);
        await Eventually.HoldsAsync(() => To("ann@example.org").Count == 2);

        Mail.DropsAfterData = _ => false;
        await Eventually.HoldsAsync(async () =>
            (await GetAsync("/api/v1/notifications/mails?state=unknown", Administrator)).Items.Count == 1
        );
        Clock.Advance(TimeSpan.FromMinutes(2));
        await Eventually.HoldsAsync(() => To("ann@example.org").Count == 3);
        To("ann@example.org")[2].MessageId.ShouldBe(To("ann@example.org")[1].MessageId);
        TokenIn(To("ann@example.org")[2]).ShouldBe(TokenIn(To("ann@example.org")[1]));
    }

    [Fact]
    public async Task One_notification_is_taken_once_however_often_it_is_asked_for()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var body = new
        {
            recipient = ann,
            subject = "Once",
            body = "A text.",
        };
        var key = ("Idempotency-Key", "a-key");
        var first = await Server.SendAsync(HttpMethod.Post, "/api/v1/notifications", body, Administrator, key);
        var again = await Server.SendAsync(HttpMethod.Post, "/api/v1/notifications", body, Administrator, key);

        first.Status.ShouldBe(HttpStatusCode.Accepted);
        again.Status.ShouldBe(HttpStatusCode.Accepted);
        again.Header("Location").ShouldBe(first.Header("Location"));
        again.Header("Idempotency-Replayed").ShouldBe("true");
        await HasStateAsync(first.Header("Location")!, "sent");
        To("ann@example.org").Count(mail => mail.Subject == "Once").ShouldBe(1);
    }

    [Fact]
    public async Task Mail_goes_to_addresses_only_that_somebody_confirmed()
    {
        var ann = await RegisterAsync("ann", "ann@example.org");
        var bo = await RegisterAsync("bo", null);
        await HasStateAsync(await NotifyAsync(ann, "To a stranger", "mail"), "suppressed");
        await HasStateAsync(await NotifyAsync(bo, "To nowhere", "mail"), "suppressed");
        To("ann@example.org").ShouldAllBe(mail => mail.Subject == "Welcome to Sillage");
    }

    [Fact]
    public async Task A_connection_serves_many_mails()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var locations = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            locations.Add(await NotifyAsync(ann, $"Mail {i}", "mail"));
        }

        foreach (var location in locations)
        {
            await HasStateAsync(location, "sent");
        }

        // Two at a time, and each connection is used again; the confirmation had one.
        Mail.Sessions.ShouldBeLessThan(10);
    }

    [Fact]
    public async Task The_log_is_searched_by_state_kind_account_and_address()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var bo = await RegisterAsync("bo", null);
        await HasStateAsync(await NotifyAsync(ann, "One", "mail"), "sent");
        await HasStateAsync(await NotifyAsync(bo, "Two", "mail"), "suppressed");

        async Task<string[]> FindAsync(string query) =>
            [
                .. (await GetAsync($"/api/v1/notifications/mails?{query}", Administrator)).Items.Select(item =>
                    $"{item!["kind"]} {item["state"]}"
                ),
            ];
        (await FindAsync("state=suppressed")).ShouldBe(["notifications.message suppressed"]);
        (await FindAsync("kind=accounts.welcome")).ShouldBe(["accounts.welcome sent"]);
        (await FindAsync($"account={bo}")).ShouldBe(["notifications.message suppressed"]);
        (await FindAsync("address=ANN@example.org")).ShouldBe(["notifications.message sent", "accounts.welcome sent"]);
        (await GetAsync("/api/v1/notifications/mails?state=lost", Administrator)).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
        (await GetAsync("/api/v1/notifications/mails", As("ann"))).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("""{"recipient":"00000000-0000-0000-0000-000000000000"}""", "/subject", "/body")]
    [InlineData(
        """{"recipient":"00000000-0000-0000-0000-000000000000","subject":"s","body":"b","channels":["fax"]}""",
        "/channels"
    )]
    [InlineData(
        """{"recipient":"00000000-0000-0000-0000-000000000000","subject":"s","body":"b","url":"//evil"}""",
        "/url"
    )]
    [InlineData(
        """{"recipient":"00000000-0000-0000-0000-000000000000","subject":"s","body":"b","url":"/\\evil"}""",
        "/url"
    )]
    [InlineData(
        """{"recipient":"00000000-0000-0000-0000-000000000000","subject":"s","body":"b","url":"/\t/evil"}""",
        "/url"
    )]
    [InlineData("""{"recipient":"00000000-0000-0000-0000-000000000000","kind":"accounts.password-reset"}""", "/kind")]
    [InlineData("""{"recipient":"00000000-0000-0000-0000-000000000000","subject":"s","body":"b"}""", "/recipient")]
    public async Task A_notification_that_is_not_valid_is_refused(string body, params string[] pointers)
    {
        var refused = await PostAsync("/api/v1/notifications", JsonNode.Parse(body), Administrator);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Pointers().ShouldBe(pointers);
    }

    [Fact]
    public async Task The_mail_servers_password_is_never_shown()
    {
        Server.Log.Text.ShouldNotContain("smtp://");
        await RegisterAsync("ann", "ann@example.org");
        await NextMailAsync("ann@example.org");
        Server.Log.Text.ShouldNotContain(TokenIn(To("ann@example.org")[0]));
    }
}

public sealed class SendingMails_on_sqlite(OnSqlite place) : SendingMails(place), IClassFixture<OnSqlite>;

public sealed class SendingMails_on_postgres(OnPostgres place) : SendingMails(place), IClassFixture<OnPostgres>;
