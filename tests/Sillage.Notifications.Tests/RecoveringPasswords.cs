using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Sillage.Hosting.Limits;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>A forgotten password, and the mails that tell of what happens to an account.</summary>
public abstract class RecoveringPasswords(Place place) : NotificationsSpecification(place)
{
    private const string Forgot = "/api/v1/auth/forgot-password";
    private const string Reset = "/api/v1/auth/reset-password";
    private const string NewPassword = "seven herons by the weir";

    [Fact]
    public async Task Who_forgot_a_password_chooses_another_by_a_link_once()
    {
        await RegisterAsync("ann", "ann@example.org");
        await NextMailAsync("ann@example.org");
        var session = (await LogInAsync("ann", TestUsers.Password, "one")).Json;
        (await PostAsync(Forgot, new { account = "ANN@example.org" })).Must(HttpStatusCode.Accepted);
        var mail = await NextMailAsync("ann@example.org", 1);
        mail.Subject.ShouldBe("A new password for Sillage");
        mail.TextBody!.ShouldContain("https://play.example.org/reset-password#token=");
        var token = TokenIn(mail);

        (await PostAsync(Reset, new { token, newPassword = "password1234" })).Text.ShouldContain("Too easy to guess");
        (await PostAsync(Reset, new { token, newPassword = NewPassword })).Must(HttpStatusCode.NoContent);
        (await PostAsync(Reset, new { token, newPassword = NewPassword })).Status.ShouldBe(HttpStatusCode.BadRequest);

        (await LogInAsync("ann", TestUsers.Password, "one")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LogInAsync("ann", NewPassword, "one")).Status.ShouldBe(HttpStatusCode.OK);
        // All that was open has ended, and who reads mail there has confirmed the address.
        (await GetAsync("/api/v1/me", Credential.Bearer((string)session["access_token"]!))).Status.ShouldBe(
            HttpStatusCode.Unauthorized
        );
        (await GetAsync("/api/v1/me/address", Credential.Basic("ann", NewPassword))).Json["confirmed"]!
            .GetValue<bool>()
            .ShouldBeTrue();
        (await NextMailAsync("ann@example.org", 2)).Subject.ShouldBe("Your password for Sillage was changed");
    }

    [Fact]
    public async Task Nobody_has_mails_sent_to_others_without_end_by_giving_their_addresses()
    {
        Server.Services.GetRequiredService<IOptions<LimitsOptions>>().Value.RateLimits.Enabled = true;
        await RegisterAsync("ann", "ann@example.org");
        await NextMailAsync("ann@example.org");
        for (var i = 0; i < 5; i++)
        {
            var given = await PatchAsync("/api/v1/me", new { email = $"victim+{i}@example.org" }, As("ann"));
            given.Must(HttpStatusCode.OK);
        }

        var refused = await PatchAsync("/api/v1/me", new { email = "victim+5@example.org" }, As("ann"));
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        // All else is changed as before.
        (await PatchAsync("/api/v1/me", new { displayName = "Ann" }, As("ann"))).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_answer_is_the_same_for_who_is_known_who_is_not_and_who_has_no_address()
    {
        await RegisterAsync("ann", "ann@example.org");
        await RegisterAsync("bo", null);
        await NextMailAsync("ann@example.org");
        var answers = new List<string>();
        foreach (var account in new[] { "ann", "bo", "nobody", "nobody@example.org" })
        {
            var answer = await PostAsync(Forgot, new { account });
            answers.Add($"{answer.Status} {answer.Text} {string.Join(',', answer.Message.Headers.Select(h => h.Key))}");
        }

        answers.Distinct().Count().ShouldBe(1, string.Join('\n', answers));
        await NextMailAsync("ann@example.org", 1);
        Mail.Taken.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Asking_again_and_again_sends_one_mail_and_the_last_link_counts()
    {
        await RegisterAsync("ann", "ann@example.org");
        for (var i = 0; i < 5; i++)
        {
            await PostAsync(Forgot, new { account = "ann" });
        }

        var first = TokenIn(await NextMailAsync("ann@example.org", 1));
        Clock.Advance(TimeSpan.FromMinutes(3));
        await PostAsync(Forgot, new { account = "ann" });
        var second = TokenIn(await NextMailAsync("ann@example.org", 2));
        (await PostAsync(Reset, new { token = first, newPassword = NewPassword })).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
        (await PostAsync(Reset, new { token = second, newPassword = NewPassword })).Status.ShouldBe(
            HttpStatusCode.NoContent
        );
    }

    [Fact]
    public async Task A_link_counts_for_an_hour_and_not_for_an_address_that_was_left()
    {
        await RegisterAsync("ann", "ann@example.org");
        await PostAsync(Forgot, new { account = "ann" });
        var old = TokenIn(await NextMailAsync("ann@example.org", 1));
        Clock.Advance(TimeSpan.FromMinutes(61));
        (await PostAsync(Reset, new { token = old, newPassword = NewPassword })).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );

        await PostAsync(Forgot, new { account = "ann" });
        var left = TokenIn(await NextMailAsync("ann@example.org", 2));
        (await PatchAsync("/api/v1/me", new { email = "other@example.org" }, As("ann"))).Must(HttpStatusCode.OK);
        (await PostAsync(Reset, new { token = left, newPassword = NewPassword })).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task An_address_that_was_given_later_and_is_not_confirmed_opens_nothing()
    {
        await RegisterAsync("ann", "ann@example.org");
        await NextMailAsync("ann@example.org");
        (await PatchAsync("/api/v1/me", new { email = "eve@example.org" }, As("ann"))).Must(HttpStatusCode.OK);
        (await NextMailAsync("eve@example.org")).Subject.ShouldBe("Confirm this address for Sillage");
        await PostAsync(Forgot, new { account = "ann" });
        await PostAsync(Forgot, new { account = "eve@example.org" });
        // Something that surely comes after it.
        await RegisterAsync("bo", "bo@example.org");
        await PostAsync(Forgot, new { account = "bo" });
        await NextMailAsync("bo@example.org", 1);
        To("eve@example.org").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_confirmed_address_changes_once_both_have_agreed()
    {
        await ConfirmedAsync("ann", "ann@example.org");
        var changed = await PatchAsync("/api/v1/me", new { email = "new@example.org" }, As("ann"));
        ((string?)changed.Json["email"]).ShouldBe("ann@example.org");
        var coming = TokenIn(await NextMailAsync("new@example.org"));
        var leaving = await NextMailAsync("ann@example.org", 1);
        leaving.Subject.ShouldBe("Your address for Sillage is to change");

        var first = await PostAsync("/api/v1/auth/confirm-address", new { token = coming });
        first.Json["done"]!.GetValue<bool>().ShouldBeFalse();
        (await AddressAsync()).ShouldBe("ann@example.org True");
        // Nobody but the address of now has the password sent.
        await PostAsync(Forgot, new { account = "ann" });
        await NextMailAsync("ann@example.org", 2);
        To("new@example.org").Count.ShouldBe(1);

        var second = await PostAsync("/api/v1/auth/confirm-address", new { token = TokenIn(leaving) });
        second.Json["done"]!.GetValue<bool>().ShouldBeTrue();
        (await AddressAsync()).ShouldBe("new@example.org True");
        var reset = TokenIn(To("ann@example.org")[2]);
        (await PostAsync(Reset, new { token = reset, newPassword = NewPassword })).Status.ShouldBe(
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task A_confirmed_address_is_not_taken_away_without_its_agreement()
    {
        await ConfirmedAsync("ann", "ann@example.org");
        (await PatchAsync("/api/v1/me", new { email = (string?)null }, As("ann"))).Must(HttpStatusCode.OK);
        (await AddressAsync()).ShouldBe("ann@example.org True");
        var token = TokenIn(await NextMailAsync("ann@example.org", 1));
        (await PostAsync("/api/v1/auth/confirm-address", new { token })).Must(HttpStatusCode.OK);
        (await AddressAsync()).ShouldBe(" False");
    }

    [Fact]
    public async Task A_login_from_a_program_that_was_not_used_before_is_told()
    {
        await ConfirmedAsync("ann", "ann@example.org");
        await LogInAsync("ann", TestUsers.Password, "Game/1.0");
        await LogInAsync("ann", TestUsers.Password, "Game/1.0");
        await LogInAsync("ann", TestUsers.Password, "Thief/6.6");
        var mail = await NextMailAsync("ann@example.org", 1);
        mail.Subject.ShouldBe("A login to Sillage from a new device");
        mail.TextBody!.ShouldContain("Thief/6.6");
        To("ann@example.org").Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_is_shown_to_nobody_and_forgotten_once_it_was_sent()
    {
        var ann = await RegisterAsync("ann", "ann@example.org");
        var token = TokenIn(await NextMailAsync("ann@example.org"));
        var mails = await GetAsync($"/api/v1/notifications/mails?account={ann}", Administrator);
        mails.Text.ShouldNotContain(token);
        var location = (string)mails.Items[0]!["links"]!["notification"]!;
        await HasStateAsync(location, "sent");
        (await GetAsync("/api/v1/me/data", As("ann"))).Text.ShouldNotContain(token);
        (await GetAsync("/api/v1/me/notifications", As("ann"))).Items.Count.ShouldBe(0);
        Server.Log.Text.ShouldNotContain(token);
    }

    private async Task<string> AddressAsync()
    {
        var address = (await GetAsync("/api/v1/me/address", As("ann"))).Json;
        return $"{address["email"]} {address["confirmed"]!.GetValue<bool>()}";
    }

    private Task<Answer> LogInAsync(string username, string password, string userAgent) =>
        Server.SendAsync(
            HttpMethod.Post,
            "/api/v1/auth/login",
            new { username, password },
            null,
            ("User-Agent", userAgent)
        );
}

public sealed class RecoveringPasswords_on_sqlite(OnSqlite place) : RecoveringPasswords(place), IClassFixture<OnSqlite>;

public sealed class RecoveringPasswords_on_postgres(OnPostgres place)
    : RecoveringPasswords(place),
        IClassFixture<OnPostgres>;

/// <summary>Where no mail is sent.</summary>
public sealed class WithoutMail(OnSqlite place) : NotificationsSpecification(place), IClassFixture<OnSqlite>
{
    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?> { ["Notifications:Smtp"] = null };

    [Fact]
    public async Task A_forgotten_password_says_so_and_an_address_changes_at_once()
    {
        var ann = await RegisterAsync("ann", "ann@example.org");
        var refused = await PostAsync("/api/v1/auth/forgot-password", new { account = "ann" });
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Text.ShouldContain("Ask an administrator");
        (await PostAsync("/api/v1/me/address/confirmation", null, As("ann"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        var changed = await PatchAsync("/api/v1/me", new { email = "new@example.org" }, As("ann"));
        ((string?)changed.Json["email"]).ShouldBe("new@example.org");
        await HasStateAsync(await NotifyAsync(ann, "A subject", "mail"), "failed");
    }
}
