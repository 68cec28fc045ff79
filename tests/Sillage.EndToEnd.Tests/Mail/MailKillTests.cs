using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;
using Sillage.Notifications.Tests;

namespace Sillage.EndToEnd.Tests.Mail;

/// <summary>Killed in the middle of sending, again and again: none of the mails is lost, and none came twice.</summary>
public sealed class MailKillTests(PostgresServer postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thousand_mails_and_a_server_that_is_killed_in_the_middle(bool onPostgres)
    {
        await using var mail = MailServer.Start();
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
            ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
            ["SILLAGE_NOTIFICATIONS__SMTP"] = mail.Setting,
            ["SILLAGE_NOTIFICATIONS__SMTPWITHOUTTLS"] = "true",
            ["SILLAGE_NOTIFICATIONS__SMTPCONNECTIONS"] = "4",
        };
        if (onPostgres)
        {
            settings["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync();
        }

        var count = LongRuns.Scale(1000, 20_000);
        var kills = LongRuns.Scale(3, 40);
        var accepted = new ConcurrentBag<string>();
        var recipient = Guid.Empty;
        for (var kill = 0; kill < kills; kill++)
        {
            await using var server = await SillageServer.StartAsync(_folder["server"], settings);
            using var admin = await ApiClient.LogInAsync(server);
            if (kill == 0)
            {
                recipient = await ConfirmedAsync(server, mail);
            }

            var sending = SendAsync(admin, recipient, kill, count / kills, accepted);
            // Somewhere between the first of this round and the last.
            var enough = mail.Taken.Count + Random.Shared.Next(1, count / kills);
            await Eventually.HoldsAsync(() => Task.FromResult(mail.Taken.Count >= enough || sending.IsCompleted));
            await server.KillAsync();
            await sending;
        }

        await using var last = await SillageServer.StartAsync(_folder["server"], settings);
        using var reader = await ApiClient.LogInAsync(last);
        // What the killed process was about is another's once its lease is over.
        var log = await MailUsers.LogAsync(reader, "&kind=notifications.message");
        for (var i = 0; i < 600 && !log.All(line => line.State is "sent" or "unknown"); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            log = await MailUsers.LogAsync(reader, "&kind=notifications.message");
        }

        log.ShouldAllBe(line => line.State == "sent" || line.State == "unknown");
        var copies = mail
            .Taken.Select(message => (Id: Id(message.MessageId!), Subject: message.Subject ?? ""))
            .Where(message => message.Subject.StartsWith("Number ", StringComparison.Ordinal))
            .ToList();
        var byId = copies.CountBy(copy => copy.Id).ToDictionary();
        copies.CountBy(copy => copy.Subject).ShouldAllBe(subject => subject.Value == 1, "none came twice");
        // What was promised with 202 is in the log, and what the log calls sent has arrived.
        log.Count.ShouldBeGreaterThanOrEqualTo(accepted.Count);
        log.Where(line => line.State == "sent").ShouldAllBe(line => byId.ContainsKey(line.Id));
        byId.Keys.ShouldBeSubsetOf(log.Select(line => line.Id));
        // Each kill leaves in the air at most what the connections carried.
        log.Count(line => line.State == "unknown").ShouldBeLessThanOrEqualTo(kills * 4);
        accepted.Count.ShouldBeGreaterThan(count / 4);
    }

    public void Dispose() => _folder.Dispose();

    private static Guid Id(string messageId) => Guid.Parse(messageId.Trim('<', '>').Split('@')[0]);

    // Until the line breaks, as a program does that is told nothing of kills.
    private static async Task SendAsync(
        ApiClient admin,
        Guid recipient,
        int round,
        int count,
        ConcurrentBag<string> accepted
    )
    {
        var rest = Enumerable.Range(0, count);
        try
        {
            await Parallel.ForEachAsync(
                rest,
                new ParallelOptions { MaxDegreeOfParallelism = 8 },
                async (i, ct) =>
                {
                    var subject = $"Number {round}-{i}";
                    using var reply = await admin.Client.PostAsJsonAsync(
                        "/api/v1/notifications",
                        new
                        {
                            recipient,
                            subject,
                            body = "A text.",
                            channels = new[] { "mail" },
                        },
                        ct
                    );
                    reply.StatusCode.ShouldBe(HttpStatusCode.Accepted);
                    accepted.Add(subject);
                }
            );
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // Killed.
        }
    }

    private static async Task<Guid> ConfirmedAsync(SillageServer server, MailServer mail)
    {
        using var client = server.CreateClient();
        using var made = await client.PostAsJsonAsync(
            "/api/v1/auth/register",
            new
            {
                username = "ann",
                password = ApiClient.Password,
                email = "ann@example.org",
            }
        );
        var id = (await made.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("id").GetGuid();
        await Eventually.HoldsAsync(() => Task.FromResult(!mail.Taken.IsEmpty));
        mail.Taken.TryPeek(out var welcome).ShouldBeTrue();
        const string Begin = "#token=";
        var text = welcome.TextBody!;
        var token = text[(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..].Split([' ', '\r', '\n'])[0];
        using var confirmed = await client.PostAsJsonAsync("/api/v1/auth/confirm-address", new { token });
        confirmed.EnsureSuccessStatusCode();
        return id;
    }
}
