using System.Net;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>Mails that come back, texts of one's own, and what is known of people.</summary>
public abstract class KeepingMailClean(Place place) : NotificationsSpecification(place)
{
    private static readonly Credential Provider = Credential.Bearer("the-provider's-own-token");

    private readonly TemporaryFolder _templates = new();

    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?> { ["Notifications:Templates"] = _templates.Path };

    [Fact]
    public async Task A_mail_that_came_back_ends_mail_to_the_address()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var location = await NotifyAsync(ann, "One", "mail");
        await HasStateAsync(location, "sent");
        var messageId = $"<{To("ann@example.org")[1].MessageId}>";

        (await BounceAsync(messageId, "hard", null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await BounceAsync(messageId, "hard", Credential.Bearer("something-else-of-length"))).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        (await BounceAsync("<somebody-elses@example.org>", "hard", Provider)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await BounceAsync(messageId, "soft", Provider)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await StateAsync(location)).ShouldBe("failed");
        await HasStateAsync(await NotifyAsync(ann, "Two", "mail"), "sent");

        (await BounceAsync(messageId, "hard", Provider)).Status.ShouldBe(HttpStatusCode.NoContent);
        await HasStateAsync(await NotifyAsync(ann, "Three", "mail"), "suppressed");
    }

    [Fact]
    public async Task Who_called_a_mail_spam_still_hears_of_their_security()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        await HasStateAsync(await NotifyAsync(ann, "One", "mail"), "sent");
        await BounceAsync(To("ann@example.org")[1].MessageId!, "complaint", Provider);
        await HasStateAsync(await NotifyAsync(ann, "Two", "mail"), "suppressed");
        (await PostAsync("/api/v1/auth/forgot-password", new { account = "ann" })).Must(HttpStatusCode.Accepted);
        (await NextMailAsync("ann@example.org", 2)).Subject.ShouldBe("A new password for Sillage");
    }

    [Fact]
    public async Task Texts_of_the_folder_are_used_seen_and_tried()
    {
        (await PatchAsync("/api/v1/me", new { email = "admin@example.org" }, Administrator)).Must(HttpStatusCode.OK);
        const string Kind = "/api/v1/notifications/kinds/accounts.welcome";
        var before = (await GetAsync($"{Kind}/preview", Administrator)).Json;
        ((string)before["subject"]!).ShouldBe("Welcome to Sillage");
        ((string)(await GetAsync($"{Kind}/preview?language=fr", Administrator)).Json["subject"]!).ShouldBe(
            "Bienvenue sur Sillage"
        );

        await File.WriteAllTextAsync(_templates["accounts.welcome.en.subject.liquid"], "Ahoy, {{ name }}");
        ((string)(await GetAsync($"{Kind}/preview", Administrator)).Json["subject"]!).ShouldBe("Ahoy, Player One");
        await File.WriteAllTextAsync(_templates["accounts.welcome.en.subject.liquid"], "Ahoy, {{ name");
        (await GetAsync($"{Kind}/preview", Administrator)).Status.ShouldBe(HttpStatusCode.Conflict);
        await File.WriteAllTextAsync(_templates["accounts.welcome.en.subject.liquid"], "Ahoy, {{ name }}");

        var sent = await PostAsync($"{Kind}/test", null, Administrator);
        await HasStateAsync(sent.Must(HttpStatusCode.Created).Header("Location")!, "sent");
        To("admin@example.org").ShouldContain(mail => mail.Subject == "Ahoy, Player One");
        (await GetAsync("/api/v1/notifications/kinds/no.such/preview", Administrator)).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task Every_kind_has_texts_in_both_languages_that_can_be_shown()
    {
        var kinds = (await GetAsync("/api/v1/notifications/kinds", Administrator)).Items;
        kinds.Count.ShouldBeGreaterThan(7);
        foreach (var kind in kinds)
        {
            foreach (var language in new[] { "en", "fr" })
            {
                var preview = (await GetAsync($"{kind!["links"]!["preview"]}?language={language}", Administrator)).Must(
                    HttpStatusCode.OK
                );
                ((string)preview.Json["subject"]!).ShouldNotBeNullOrWhiteSpace();
                ((string)preview.Json["text"]!).ShouldNotContain("{{");
                ((string)preview.Json["html"]!).ShouldNotContain("{{");
            }
        }
    }

    [Fact]
    public async Task Markup_in_data_is_text_in_a_mail()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        await HasStateAsync(await NotifyAsync(ann, "<script>alert(1)</script>", "mail"), "sent");
        To("ann@example.org")[1].HtmlBody!.ShouldNotContain("<script>");
        To("ann@example.org")[1].HtmlBody!.ShouldContain("&lt;script&gt;");
    }

    [Fact]
    public async Task What_is_known_of_a_person_is_shown_and_erased()
    {
        var ann = await ConfirmedAsync("ann", "ann@example.org");
        var location = await NotifyAsync(ann, "About Ann");
        await HasStateAsync(location, "sent");
        await PatchAsync("/api/v1/me/notification-choices", new { language = "fr" }, As("ann"));
        await PutAsync(
            "/api/v1/me/notification-choices/kinds/notifications.message",
            new { app = true, mail = true },
            As("ann")
        );
        await BounceAsync(To("ann@example.org")[1].MessageId!, "hard", Provider);

        var data = (await GetAsync("/api/v1/me/data", As("ann"))).Json["notifications"]!;
        data["notifications"]!.AsArray().Count.ShouldBe(2);
        data["mails"]!.ToJsonString().ShouldContain("ann@example.org");
        data["suppressions"]!.AsArray().Count.ShouldBe(1);
        data["choices"]!.AsArray().Count.ShouldBe(2);
        ((string)data["times"]!["language"]!).ShouldBe("fr");

        var erased = await Server.SendAsync(
            HttpMethod.Delete,
            $"/api/v1/users/{ann}?form=destroy",
            null,
            Administrator
        );
        ((int)erased.Status).ShouldBeInRange(200, 299, erased.Text);
        await Eventually.HoldsAsync(async () =>
            (await GetAsync(location, Administrator)).Status == HttpStatusCode.NotFound
        );
        (await GetAsync("/api/v1/notifications/mails?address=ann@example.org", Administrator)).Items.Count.ShouldBe(0);
        (await GetAsync("/api/v1/notifications/suppressions", Administrator)).Items.Count.ShouldBe(0);
    }

    private Task<Answer> BounceAsync(string messageId, string kind, Credential? credential) =>
        PostAsync("/api/v1/notifications/bounces", new { messageId, kind }, credential);
}

public sealed class KeepingMailClean_on_sqlite(OnSqlite place) : KeepingMailClean(place), IClassFixture<OnSqlite>;

public sealed class KeepingMailClean_on_postgres(OnPostgres place) : KeepingMailClean(place), IClassFixture<OnPostgres>;
