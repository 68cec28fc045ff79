using System.Net;
using System.Text;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests.Import;

/// <summary>A file that comes with a request is read as one on the command line.</summary>
public abstract class UploadedFiles(TracesUnderTest traces) : TracesSpecification(traces)
{
    private const string File = """
        time,event,who,room,comment
        2026-11-01T10:00:00Z,answered,1,loops,fine
        2026-11-01T10:01:00Z,moved,1,exit,
        never,moved,1,exit,
        2026-11-01T10:02:00Z,moved,nobody,exit,

        """;

    [Fact]
    public async Task A_look_tells_how_columns_are_read_and_what_is_missing_and_stores_nothing()
    {
        var study = await StudyAsync();

        var look = (await UploadAsync(study, File, "dryRun=true")).Must(HttpStatusCode.OK).Json;
        look["missing"]!.AsArray().Select(m => (string)m!).ShouldBe(["participant"]);
        look["columns"]!
            .AsArray()
            .Select(c => $"{c!["column"]} {c["target"]}")
            .ShouldBe(
                ["time timestamp", "event name", "room data.room", "who data.who", "comment data.comment"],
                ignoreOrder: true
            );
        ((long)look["rows"]!).ShouldBe(0);

        look = (await UploadAsync(study, File, "dryRun=true&map=participant=who&drop=comment"))
            .Must(HttpStatusCode.OK)
            .Json;
        ((long)look["added"]!).ShouldBe(2);
        look["unread"]!.AsArray().Select(c => (string)c!).ShouldBe(["comment"]);
        look["first"]!.AsArray().Count.ShouldBe(2);
        var reasons = look["reasons"]!.AsArray().ToDictionary(r => (string)r!["reason"]!, r => (long)r!["count"]!);
        reasons.Values.ShouldBe([1, 1]);
        reasons.Keys.ShouldAllBe(reason => !reason.Contains("--", StringComparison.Ordinal), "a request has no flags");
        (await GetAsync($"{study}/traces")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_file_again_stores_nothing_and_its_next_part_everything()
    {
        var study = await StudyAsync();
        const string Mapped = "map=participant=who";

        var first = (await UploadAsync(study, File, Mapped)).Must(HttpStatusCode.OK).Json;
        ((long)first["added"]!, (long)first["known"]!).ShouldBe((2, 0));
        var again = (await UploadAsync(study, File, Mapped)).Must(HttpStatusCode.OK).Json;
        ((long)again["added"]!, (long)again["known"]!).ShouldBe((0, 2));
        // Rows of another part that read the same are others.
        var next = (await UploadAsync(study, File, Mapped + "&part=1")).Must(HttpStatusCode.OK).Json;
        ((long)next["added"]!, (long)next["known"]!).ShouldBe((2, 0));

        (await GetAsync($"{study}/traces")).Items.Count.ShouldBe(4);
        Directory
            .EnumerateDirectories(Path.GetTempPath(), "sillage-import-*")
            .Where(folder => Directory.GetCreationTimeUtc(folder) > DateTime.UtcNow.AddMinutes(-1))
            .SelectMany(folder => Directory.EnumerateFiles(folder))
            .ShouldBeEmpty("what came is gone");
    }

    [Fact]
    public async Task No_file_of_the_servers_own_is_read_and_nothing_packed_is_unpacked()
    {
        var study = await StudyAsync();
        var secret = Path.GetTempFileName();
        try
        {
            await System.IO.File.WriteAllTextAsync(secret, "a secret line");
            foreach (var map in new[] { $"@{secret}", $"name=event,@{secret}", $" @{secret}" })
            {
                var refused = await UploadAsync(study, File, $"map={Uri.EscapeDataString(map)}");
                refused.Status.ShouldBe(HttpStatusCode.BadRequest, map);
                refused.Text.ShouldNotContain("a secret line");
            }
        }
        finally
        {
            System.IO.File.Delete(secret);
        }

        (await UploadAsync(study, "\u001F\u008B", "")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await UploadAsync(study, File, "", "text/plain")).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await UploadAsync(study, File, "map=shoe=event")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await UploadAsync(study, "", "")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<string> StudyAsync()
    {
        var study = await NewStudyAsync([new { name = "room", type = "string" }]);
        await NewPlayersAsync(study);
        return study;
    }

    private Task<Answer> UploadAsync(string study, string text, string query, string type = "text/csv") =>
        Server.SendAsync(
            HttpMethod.Post,
            $"{study}/traces/import?{query}",
            TestUsers.Content(Encoding.Latin1.GetBytes(text), type),
            Researcher.Credential
        );
}

public sealed class UploadedFilesOnSqlite(SqliteTraces traces) : UploadedFiles(traces), IClassFixture<SqliteTraces>;

public sealed class UploadedFilesOnPostgres(PostgresTraces traces)
    : UploadedFiles(traces),
        IClassFixture<PostgresTraces>;
