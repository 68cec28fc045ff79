using System.Globalization;
using System.Net;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.WholeApi;

/// <summary>
/// However many items a page is asked for, and however long they are, it is no longer than a page has room for: every operation of the document that
/// takes <c>limit</c>.
/// </summary>
public sealed class PageTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    // 4 MiB in storage and the item that goes beyond, with what stands around them.
    private const int MostReply = 7_000_000;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public Task Has_so_much_room_and_no_more_on_SQLite() => RunAsync(null);

    [Fact]
    public async Task Has_so_much_room_and_no_more_on_PostgreSQL() =>
        await RunAsync(await postgres.CreateDatabaseAsync());

    public void Dispose() => _folder.Dispose();

    private async Task RunAsync(string? on)
    {
        await using var server = await SillageServer.StartAsync(_folder.Path, UnderLoad.On(on));
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("pages", 1);
        var things = await OwnThings.MakeAsync(admin);
        await FillAsync(admin, things);
        var (asked, longest) = (0, 0);
        foreach (var operation in await Operation.AllAsync(admin.Client))
        {
            if (operation.Method != HttpMethod.Get || !operation.Parameters("query").Contains("limit"))
            {
                continue;
            }

            using var reply = await admin.Client.GetAsync($"{things.Fill(operation, "pages")}?limit=1000");
            var length = (await reply.Content.ReadAsByteArrayAsync()).Length;
            asked++;
            longest = Math.Max(longest, length);
            if (length > 1_000_000)
            {
                output.WriteLine($"{operation.Name}: {(int)reply.StatusCode}, {length} bytes");
            }

            length.ShouldBeLessThan(MostReply, operation.Name);
        }

        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{asked} operations, the longest page {longest} bytes")
        );
        asked.ShouldBeGreaterThan(40);
        // There was enough to find one without an end.
        longest.ShouldBeGreaterThan(3_000_000);
    }

    /// <summary>More than a page has room for, of whatever may be long.</summary>
    private static async Task FillAsync(ApiClient admin, OwnThings things)
    {
        var text = new string('x', 900_000);
        for (var i = 0; i < 12; i++)
        {
            using var trace = new StringContent(
                $$$"""{"participant":1,"timestamp":"2026-03-02T10:00:00Z","name":"long","sequence":{{{i}}},"data":{"more":"{{{text}}}"}}""",
                Encoding.UTF8,
                "application/json"
            );
            using var sent = await admin.Client.PostAsync("/api/v1/studies/pages/traces", trace);
            sent.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var extra = Enumerable.Range(0, 8).Select(i => new { name = $"long{i}", type = "text" }).ToList();
        var declared = await admin.GetAsync($"/api/v1/collections/{things.Collection}");
        var fields = declared.GetProperty("fields").EnumerateArray().Cast<object>().Concat(extra).ToList();
        await admin.PatchAsync($"/api/v1/collections/{things.Collection}", new { fields });
        for (var i = 0; i < 12; i++)
        {
            var record = extra.ToDictionary(field => field.name, object (_) => new string('x', 100_000));
            record["name"] = $"Long {i}";
            record["price"] = 1;
            await admin.PostAsync($"/api/v1/collections/{things.Collection}/records", record);
        }

        for (var i = 0; i < 100; i++)
        {
            await admin.PostAsync("/api/v1/posts", new { title = $"Long {i}", body = new string('x', 50_000) });
            await admin.PatchAsync($"/api/v1/posts/{things.Post}", new { body = $"{i} {new string('y', 49_000)}" });
        }
    }
}
