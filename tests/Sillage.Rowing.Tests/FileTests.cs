using System.Net;
using System.Net.Http.Headers;
using Shouldly;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>Files sent, read in the background, and reported.</summary>
public abstract class FileTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    [Fact]
    public async Task Every_real_file_comes_in()
    {
        var rower = await Rowing.NewRowerAsync();
        foreach (
            var (name, strokes) in new[]
            {
                ("nk-oarlock.fit", 795),
                ("concept2-result.csv", 689),
                ("ergdata.csv", 180),
                ("3x250m.fit", 94),
                ("3x250m.tcx", 94),
            }
        )
        {
            var file = await SendFileAsync(RealFiles.Read(name), rower);
            ((string)file["state"]!).ShouldBe("read", name);
            ((int)file["report"]!["strokes"]!).ShouldBe(strokes, name);
            var id = (string)file["report"]!["workouts"]!.AsArray().ShouldHaveSingleItem()!;
            (await GetAsync($"{Workouts}/{id}/strokes", rower)).Json["strokes"]!.AsArray().Count.ShouldBe(strokes);
        }

        // The one that is none says so, and nothing is lost by that.
        var none = await SendFileAsync(RealFiles.Read("not-xml.tcx"), rower);
        ((string)none["state"]!).ShouldBe("failed");
        ((string)none["report"]!["failure"]!).ShouldNotBeEmpty();
        (await GetAsync($"{Files}?limit=3", rower)).Items.Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_same_bytes_make_one_workout()
    {
        var rower = await Rowing.NewRowerAsync();
        var first = await SendFileAsync(RealFiles.Read("3x250m.fit"), rower, "application/vnd.ant.fit");
        var second = await SendFileAsync(RealFiles.Read("3x250m.fit"), rower);
        ((string)second["report"]!["sameAs"]!).ShouldBe((string)first["id"]!);
        (await GetAsync($"{Workouts}?copies=true", rower)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_form_may_hold_several_and_a_bad_one_holds_up_none()
    {
        var rower = await Rowing.NewRowerAsync();
        using var form = new MultipartFormDataContent();
        foreach (var name in new[] { "not-xml.tcx", "ergdata.csv" })
        {
            var part = new ByteArrayContent(RealFiles.Read(name));
            part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(part, "file", name);
        }

        var sent = await Server.SendAsync(
            HttpMethod.Post,
            $"{Files}?start=2026-11-20T06:30:00Z",
            form,
            rower.Credential
        );
        var files = sent.Must(HttpStatusCode.Created).Json["files"]!.AsArray();
        var (bad, good) = (await ReportAsync(files[0]!, rower), await ReportAsync(files[1]!, rower));
        ((string)bad["state"]!).ShouldBe("failed");
        ((string)bad["name"]!).ShouldBe("not-xml.tcx");
        ((string)bad["report"]!["failure"]!).ShouldNotBeEmpty();
        ((string)good["state"]!).ShouldBe("read");
    }

    [Fact]
    public async Task A_request_sent_again_under_its_key_takes_one_file()
    {
        var rower = await Rowing.NewRowerAsync();
        for (var i = 0; i < 2; i++)
        {
            var content = TestUsers.Content(RealFiles.Read("ergdata.csv"), "text/csv");
            (
                await Server.SendAsync(HttpMethod.Post, Files, content, rower.Credential, ("Idempotency-Key", "file"))
            ).Must(HttpStatusCode.Created);
        }

        (await GetAsync(Files, rower)).Items.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("text/html", "x", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/csv", "", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data", "x", HttpStatusCode.BadRequest)]
    [InlineData(
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf",
        HttpStatusCode.BadRequest
    )]
    public async Task What_is_no_file_is_refused(string type, string body, HttpStatusCode status)
    {
        var content = TestUsers.Content(body, type);
        (await Server.SendAsync(HttpMethod.Post, Files, content, Rower.Credential)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_name_that_no_storage_keeps_is_none()
    {
        const string Body =
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\0b.fit\"\r\n\r\nx\r\n--b--\r\n";
        var content = TestUsers.Content(Body, "multipart/form-data; boundary=b");
        var sent = await Server.SendAsync(HttpMethod.Post, Files, content, Rower.Credential);
        ((int)sent.Status).ShouldBeLessThan(500);
        sent.Text.ShouldNotContain("b.fit");
    }

    [Fact]
    public async Task A_comment_is_not_cut_within_a_character()
    {
        var notes = new string('a', 9_999) + "🚣";
        var tcx = $"""
            <TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
            <Activity Sport="Other"><Id>2026-11-20T06:30:00Z</Id>
            <Lap StartTime="2026-11-20T06:30:00Z"><TotalTimeSeconds>60</TotalTimeSeconds><DistanceMeters>200</DistanceMeters>
            <Track><Trackpoint><Time>2026-11-20T06:30:01Z</Time><DistanceMeters>4</DistanceMeters></Trackpoint></Track></Lap>
            <Notes>{notes}</Notes></Activity></Activities></TrainingCenterDatabase>
            """;
        var file = await SendFileAsync(System.Text.Encoding.UTF8.GetBytes(tcx), Rower);
        var id = (string)file["report"]!["workouts"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)(await GetAsync($"{Workouts}/{id}")).Json["comments"]!).ShouldBe(notes[..9_999]);
    }

    [Fact]
    public async Task What_waits_to_be_read_has_a_limit_for_each()
    {
        await Rowing.Database.WriteAsync(
            unit =>
                unit.ExecuteAsync(
                    """
                    INSERT INTO file (id, account_id, size, digest, state, hints, uploaded_at)
                    VALUES (@Id, @Account, 128000000, @Digest, 'waiting', '{}', @Now)
                    """,
                    new
                    {
                        Id = Guid.CreateVersion7(),
                        Account = Rower.Id,
                        Digest = new byte[32],
                        Now = DateTimeOffset.UnixEpoch.AddYears(56),
                    },
                    TestContext.Current.CancellationToken
                ),
            TestContext.Current.CancellationToken
        );
        var content = TestUsers.Content("a,b", "text/csv");
        (await Server.SendAsync(HttpMethod.Post, Files, content, Rower.Credential)).Status.ShouldBe(
            HttpStatusCode.TooManyRequests
        );
        var other = await Rowing.NewRowerAsync();
        var same = TestUsers.Content("a,b", "text/csv");
        (await Server.SendAsync(HttpMethod.Post, Files, same, other.Credential)).Must(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("start=yesterday", "?start")]
    [InlineData("timeZone=Mars/Olympus", "?timeZone")]
    [InlineData("machine=canoe", "?machine")]
    public async Task What_is_said_of_a_file_is_checked(string query, string pointer)
    {
        var content = TestUsers.Content(RealFiles.Read("ergdata.csv"), "text/csv");
        var refused = await Server.SendAsync(HttpMethod.Post, $"{Files}?{query}", content, Rower.Credential);
        refused.Pointers().ShouldBe([pointer]);
    }

    [Fact]
    public async Task Nobody_reads_anothers_report()
    {
        var file = await SendFileAsync(RealFiles.Read("ergdata.csv"), Rower);
        (await GetAsync((string)file["links"]!["self"]!, Rowing.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}

public sealed class FilesOnSqlite(SqliteRowing rowing) : FileTests(rowing), IClassFixture<SqliteRowing>;

public sealed class FilesOnPostgres(PostgresRowing rowing) : FileTests(rowing), IClassFixture<PostgresRowing>;
