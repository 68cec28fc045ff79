using System.Net.Http.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>What is open ends when that is revoked by which it was opened.</summary>
public sealed class RevokedTests(SharedServer shared, ITestOutputHelper output)
{
    // What the server promises, and what a busy machine may add to it.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2 + 3);

    [Fact]
    public async Task Every_long_reply_of_the_document_ends_soon_after_a_logout()
    {
        var (owner, study) = await OwnerAsync();
        var named = await LongReplies.FillAsync(owner, study);
        var operations = await LongReplies.AllAsync(owner.Client);

        var open = new List<(string Name, OpenReading Reading)>();
        foreach (var operation in operations)
        {
            var path = operation.Address(named);
            open.Add((operation.Name, await OpenReading.OpenAsync(shared.Server, owner, path)));
        }

        (await owner.Client.PostAsync("/api/v1/auth/logout", null)).IsSuccessStatusCode.ShouldBeTrue();
        // What is not read waits at the server: none of it may leave it any more once the two seconds are over.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var ends = await Task.WhenAll(open.Select(o => o.Reading.IsCutWithinAsync(Soon)));
        for (var i = 0; i < open.Count; i++)
        {
            output.WriteLine(
                $"{open[i].Name}: {ends[i] switch { true => "cut off", false => "ended", _ => "goes on" }}"
            );
            open[i].Reading.Dispose();
        }

        ends.ShouldAllBe(end => end != null);
        // What was too long to have been on its way already looks not complete.
        open.Zip(ends).Count(o => o.Second == true).ShouldBeGreaterThanOrEqualTo(4);
        owner.Dispose();
    }

    [Fact]
    public async Task Whatever_streams_is_marked_as_long()
    {
        using var anonymous = new ApiClient(shared.Server.CreateClient());
        // A table that is one page ends by the time limit of every request.
        string[] streams = ["text/event-stream", "application/x-ndjson", "application/gzip"];
        foreach (var operation in await Operation.AllAsync(anonymous.Client))
        {
            var ok = operation.Description.GetProperty("responses");
            if (
                ok.TryGetProperty("200", out var reply)
                && reply.TryGetProperty("content", out var content)
                && content.EnumerateObject().Any(type => streams.Contains(type.Name))
            )
            {
                operation.Description.TryGetProperty("x-long-reply", out _).ShouldBeTrue(operation.Name);
            }
        }
    }

    [Fact]
    public async Task A_stream_with_names_ends_soon_after_whatever_ends_the_right_to_it()
    {
        string[] changes =
        [
            "logout",
            "logout everywhere",
            "password reset",
            "password reset, opened with the password",
            "disabled",
            "demoted",
            "key deleted",
            "right taken",
            "study deleted",
        ];
        await Task.WhenAll(changes.Select(EndsSoonAfterAsync));
    }

    private async Task EndsSoonAfterAsync(string change)
    {
        var (owner, study) = await OwnerAsync();
        using var admin = await ApiClient.LogInAsync(shared.Server);
        var name = $"reader-{Guid.CreateVersion7():n}"[..24];
        var reader = await shared.RegisterAsync(name, "researcher");
        var account = (await reader.GetAsync("/api/v1/me")).GetProperty("id").GetString();
        var right = $"/api/v1/studies/{study}/rights/{account}";
        (
            await owner.Client.PutAsJsonAsync(right, new { rights = new[] { "read", "identities" } })
        ).IsSuccessStatusCode.ShouldBeTrue();
        var key = await reader.PostAsync(
            "/api/v1/api-keys",
            new { name = "watch", permissions = new[] { "traces.read", "identities.read" } }
        );
        using var by = change switch
        {
            "key deleted" => new ApiClient(shared.Server.CreateClient()),
            "password reset, opened with the password" => ApiClient.Basic(shared.Server, name, ApiClient.Password),
            _ => await ApiClient.LogInAsync(shared.Server, name),
        };
        if (change == "key deleted")
        {
            by.Client.DefaultRequestHeaders.Add("X-API-Key", key.GetProperty("key").GetString());
        }

        using var stream = await OpenReading.OpenAsync(
            shared.Server,
            by,
            $"/api/v1/studies/{study}/traces/live?identities=true"
        );
        // Nothing else ends it: neither time nor what others do to their own sessions.
        (await ApiClient.LogInAsync(shared.Server, name)).Dispose();
        (await stream.IsCutWithinAsync(TimeSpan.FromMilliseconds(500))).ShouldBeNull(change);

        using var done = change switch
        {
            "logout" => await by.Client.PostAsync("/api/v1/auth/logout", null),
            "logout everywhere" => await reader.Client.PostAsync("/api/v1/auth/logout?everywhere=true", null),
            "password reset" or "password reset, opened with the password" => await admin.Client.PostAsync(
                $"/api/v1/users/{account}/password",
                null
            ),
            "disabled" => await admin.Client.PatchAsJsonAsync($"/api/v1/users/{account}", new { disabled = true }),
            "demoted" => await admin.Client.PatchAsJsonAsync($"/api/v1/users/{account}", new { role = "member" }),
            "key deleted" => await reader.Client.DeleteAsync(key.GetProperty("links").GetProperty("self").GetString()),
            "right taken" => await owner.Client.PutAsJsonAsync(right, new { rights = new[] { "read" } }),
            _ => await owner.Client.DeleteAsync($"/api/v1/studies/{study}?confirm={study}"),
        };
        done.IsSuccessStatusCode.ShouldBeTrue(await done.Content.ReadAsStringAsync());
        (await stream.IsCutWithinAsync(Soon)).ShouldNotBeNull(change);
        reader.Dispose();
        owner.Dispose();
    }

    private async Task<(ApiClient Owner, string Study)> OwnerAsync()
    {
        var study = $"revoked-{Guid.CreateVersion7():n}";
        var owner = await shared.RegisterAsync($"owner-{Guid.CreateVersion7():n}"[..24], "researcher");
        await owner.MakeStudyAsync(study, 1);
        return (owner, study);
    }
}
