using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Schema;
using Sillage.Traces.Import;
using Xunit;

namespace Sillage.Traces.Tests.Import;

/// <summary>Files that were read as something else than they say, or left more behind than they should.</summary>
public abstract class FaultyFileTests(TracesUnderTest traces) : ImportSpecification(traces)
{
    private const string Head = "participant,timestamp,name,room";
    private const string Time = "2026-11-20T09:30:00Z";

    private Task<string> WriteAsync(string name, params string[] lines) =>
        base.WriteAsync(name, string.Join('\n', lines) + "\n");

    private async Task<string> SayingAsync(
        string study,
        string file,
        Func<TraceImportRequest, TraceImportRequest>? change = null
    ) => (await RefusedAsync(study, file, change)).Message;

    private static TraceImportRequest Create(TraceImportRequest r) => r with { CreateParticipants = true };

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public async Task With_a_comma_before_the_fraction_a_point_is_refused_in_every_number_and_time(string form)
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        string[] rows =
        [
            "a;x;0,25;1;1795166400",
            "b;x;2.000;1;1795166400",
            "c;x;0,5;1.000;1795166400",
            "d;x;0,5;1;1795.166",
            "e;x;1e3;1,0;1795166400,5",
            "f;x;2.000,5;1;1795166400",
        ];
        var file =
            form == "csv"
                ? await WriteAsync(
                    "events.csv",
                    ["participant;name;room;score;level;timestamp", .. rows.Select(r => "1;" + r)]
                )
                : await WriteAsync(
                    "events.ndjson",
                    [
                        .. rows.Select(r => r.Split(';'))
                            .Select(c =>
                                $$"""{"participant":1,"name":"{{c[0]}}","room":"x","score":"{{c[2]}}","level":"{{c[3]}}","timestamp":"{{c[4]}}"}"""
                            ),
                        """{"participant":1,"name":"g","room":"x","score":2.5,"level":1.0,"timestamp":1795166400.0}""",
                    ]
                );

        var summary = await RunAsync(study, file, r => r with { DecimalComma = true, TimeFormat = "s" });

        (await StoredAsync(study, "name", "score", "level", "timestamp")).ShouldBe([
            "a|0.25|1|2026-11-20T09:20:00Z",
            "e|1e3|1|2026-11-20T09:20:00.5Z",
            .. form == "csv" ? (string[])[] : ["g|2.5|1|2026-11-20T09:20:00Z"],
        ]);
        summary.Reasons.Values.Sum().ShouldBe(4);
        summary.Reasons.Keys.Count(r => r.Contains("With --decimal comma", StringComparison.Ordinal)).ShouldBe(2);
        summary.Values.Values.ShouldContain("'2.000'");
    }

    [Fact]
    public async Task A_name_that_a_flag_gives_is_there_or_it_is_an_error_in_every_form()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var csv = await WriteAsync("a.csv", Head + ",\"e-mail, private\"", $"1,{Time},a,x,me@example.org");
        (await SayingAsync(study, csv, r => r with { Drop = ["Room"] })).ShouldContain("--drop: ");
        (await SayingAsync(study, csv, r => r with { Drop = ["e-mail, private"] })).ShouldContain("no column 'e-mail'");
        (
            await RunAsync(study, csv, r => r with { Drop = ["\"e-mail, private\",room"], Constants = ["data.room=y"] })
        ).Unread.ShouldBe(["room", "e-mail, private"]);
        string Line(int i, string more = "") =>
            $$"""{"participant":1,"timestamp":"{{Time}}","name":"n{{i}}","room":"x"{{more}}}""";
        var late = await WriteAsync(
            "late.ndjson",
            [.. Enumerable.Range(0, 300).Select(i => Line(i)), Line(300, ",\"meta\":{\"mail\":\"m\"}")]
        );
        (await SayingAsync(study, late, r => r with { Drop = ["Meta"] })).ShouldContain("--drop: ");
        (await SayingAsync(study, late, r => r with { Map = ["data.note=meta.post"] })).ShouldContain("--map: ");
        (await StoredAsync(study, "name")).ShouldBe(["a"], "it is told before anything is stored");
        (await RunAsync(study, late, r => r with { Drop = ["meta"] })).Added.ShouldBe(301);
        await using var input = File.OpenRead(late);
        (
            await SayingAsync(study, "-", r => r with { Input = input, Drop = ["mail"], Format = "ndjson" })
        ).ShouldContain("--drop: - has no column 'mail'");
    }

    [Fact]
    public async Task A_column_may_serve_several_targets_and_a_file_of_the_mapping_counts_by_what_it_says()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var csv = await WriteAsync("a.csv", "who,\"when, exactly\",room", $"1,{Time},x");
        var json = await WriteAsync("a.ndjson", $$"""{"who":1,"when, exactly":"{{Time}}","room":"y"}""");
        await WriteAsync(
            "map.txt",
            "# mine",
            "timestamp=when, exactly",
            "data.at=when, exactly",
            "participant=who",
            "name=room"
        );
        TraceImportRequest Mapped(TraceImportRequest r) =>
            r with
            {
                Map = ["@" + Folder["map.txt"]],
                Constants = ["data.room=z"],
            };

        (await RunAsync(study, csv, Mapped)).Reasons.ShouldBeEmpty();
        (await RunAsync(study, json, Mapped)).Reasons.ShouldBeEmpty();
        (await StoredAsync(study, "timestamp", "at", "name")).ShouldBe([$"{Time}|{Time}|x", $"{Time}|{Time}|y"]);
        (await RunAsync(study, csv, Mapped)).RowsBefore.ShouldBe(1);

        // The same flag, and another mapping: the rows are looked at again.
        await WriteAsync("map.txt", "timestamp=\"when, exactly\"", "participant=who", "name=room");
        (await RunAsync(study, csv, Mapped)).RowsBefore.ShouldBe(0);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public async Task Quotes_make_no_difference_to_what_is_missing_save_in_texts(string form)
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        string[] names = ["level", "score", "correct", "at", "sequence", "answer"];
        var file =
            form == "csv"
                ? await WriteAsync(
                    "a.csv",
                    $"{Head},{string.Join(',', names)}",
                    $"1,{Time},a,x,{string.Join(',', names.Select(_ => "\"null\""))}",
                    $"1,{Time},b,x,{string.Join(',', names.Select(_ => "\" NA \""))}",
                    $"1,{Time},c,x,{string.Join(',', names.Select(_ => "NA"))}"
                )
                : await WriteAsync(
                    "a.ndjson",
                    [
                        .. new[] { "null", " NA ", "NA" }.Select(
                            (mark, i) =>
                                $$"""{"participant":1,"timestamp":"{{Time}}","name":"{{(char)('a' + i)}}","room":"x",{{string.Join(',', names.Select(n => $"\"{n}\":\"{mark}\""))}}}"""
                        ),
                    ]
                );

        var summary = await RunAsync(study, file, r => r with { Missing = ["NA,null"] });

        summary.Reasons.ShouldBeEmpty();
        (await StoredAsync(study, ["name", .. names])).ShouldBe([
            "a|-|-|-|-|-|null",
            "b|-|-|-|-|-| NA ",
            $"c|-|-|-|-|-|{(form == "csv" ? "-" : "NA")}",
        ]);
    }

    [Fact]
    public async Task One_person_is_one_however_the_name_is_written()
    {
        var study = await NewStudyAsync();
        var csv = await WriteAsync(
            "a.csv",
            Head,
            $"204,{Time},a,x",
            $"204.0,{Time},b,x",
            $"2.04e+02,{Time},c,x",
            $"José,{Time},d,x",
            $" Jose\u0301 ,{Time},e,x",
            $"7e1,{Time},f,x",
            $"70,{Time},g,x"
        );
        var json = await WriteAsync(
            "a.ndjson",
            """{"participant":204,"timestamp":1795166400,"name":"h","room":"x"}""",
            """{"participant":204.00,"timestamp":1795166400,"name":"i","room":"x"}""",
            """{"participant":"Jose\u0301","timestamp":1795166400,"name":"j","room":"x"}""",
            """{"participant":204.5,"timestamp":1795166400,"name":"k","room":"x"}""",
            """{"participant":true,"timestamp":1795166400,"name":"l","room":"x"}""",
            """{"participant":{"id":204},"timestamp":1795166400,"name":"m","room":"x"}"""
        );

        var first = await RunAsync(study, csv, Create);
        first.Reasons.ShouldBeEmpty();
        first.ParticipantsMade.ShouldBe(4);
        var second = await RunAsync(study, json, Create);
        (second.ParticipantsMade, second.Added).ShouldBe((0, 3));
        second.Reasons.ShouldHaveSingleItem().Key.ShouldBe("participant: A text or a whole number says who it is.");
        second.Reasons.Values.ShouldBe([3]);
        (await GetAsync($"{study}/participants")).Items.Count.ShouldBe(4);
    }

    [Fact]
    public async Task The_file_of_names_has_one_line_a_person_whatever_was_there_before()
    {
        var study = await NewStudyAsync();
        var keys = Folder[study.Split('/')[^1] + ".participants.csv"];
        await RunAsync(study, await WriteAsync("a.csv", Head, $"anna,{Time},a,x", $"bert,{Time},b,x"), Create);
        var lines = await File.ReadAllLinesAsync(keys, Token);
        lines.Length.ShouldBe(3);
        lines[0].ShouldBe("key,pseudonym,number");
        lines[1].ShouldMatch("^anna,p[0-9a-z]{12},[12]$");

        // As versions before this one wrote it.
        await File.WriteAllLinesAsync(
            keys,
            [.. lines.Select(l => l[..(l.LastIndexOf(',') + 1)]).Skip(1).Prepend(lines[0]), .. lines[1..]],
            Token
        );
        await RunAsync(study, await WriteAsync("b.csv", Head, $"cleo,{Time},c,x", $"anna,{Time},d,x"), Create);
        (await File.ReadAllLinesAsync(keys, Token))
            .Select(l => l.Split(',')[0])
            .ShouldBe(["key", "anna", "bert", "cleo"]);

        // A run that was killed after it had made people and before it had written down who they are.
        var tidy = await File.ReadAllLinesAsync(keys, Token);
        await File.WriteAllLinesAsync(keys, tidy[..3], Token);
        await File.WriteAllTextAsync(keys + ".new-people", tidy[3][..(tidy[3].LastIndexOf(',') + 1)] + "\r\nx", Token);
        await RunAsync(study, await WriteAsync("c.csv", Head, $"cleo,{Time},e,x"), Create);
        (await File.ReadAllLinesAsync(keys, Token)).ShouldBe(tidy);
        File.Exists(keys + ".new-people").ShouldBeFalse();
        (await GetAsync($"{study}/participants")).Items.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public async Task A_row_that_is_refused_leaves_nobody_behind(string form)
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var id = Guid.CreateVersion7();
        var trace = Trace(1);
        trace["id"] = id.ToString();
        (await SendTracesAsync(study, trace)).Must(HttpStatusCode.Created);
        string?[][] rows =
        [
            [$"{Guid.CreateVersion7()}", "good", Time, "x", null],
            [$"{Guid.CreateVersion7()}", "no time", null, "x", null],
            [$"{Guid.CreateVersion7()}", "bad time", "whenever", "x", null],
            [$"{Guid.CreateVersion7()}", "bad level", Time, "x", "9"],
            [$"{Guid.CreateVersion7()}", "bad room", Time, "a name longer than twenty characters", null],
            [$"{id}", "id of another", Time, "x", null],
        ];
        rows = [.. rows, [rows[0][0], "id of the first", Time, "x", null]];
        string[] names = ["id", "participant", "timestamp", "room", "level"];
        var file =
            form == "csv"
                ? await WriteAsync("a.csv", [string.Join(',', names), .. rows.Select(r => string.Join(',', r))])
                : await WriteAsync(
                    "a.ndjson",
                    [
                        .. rows.Select(r =>
                            new JsonObject(
                                names.Select((n, i) => KeyValuePair.Create(n, (JsonNode?)r[i]))
                            ).ToJsonString()
                        ),
                    ]
                );
        TraceImportRequest Named(TraceImportRequest r) => Create(r) with { Constants = ["name=moved"] };

        var dry = await RunAsync(study, file, r => Named(r) with { DryRun = true });
        dry.ParticipantsMade.ShouldBe(3, "a dry run does not look whether ids are taken");
        var summary = await RunAsync(study, file, Named);

        (summary.Added, summary.ParticipantsMade, summary.Reasons.Values.Sum()).ShouldBe((1, 1, 6));
        (await GetAsync($"{study}/participants")).Items.Count.ShouldBe(2);
        (await File.ReadAllTextAsync(summary.Keys!, Token)).ShouldNotContain("bad");
    }

    [Fact]
    public async Task Without_consent_on_paper_nobody_is_made_in_a_study_that_asks_for_it()
    {
        var study = await NewStudyAsync();
        var asked = new
        {
            consent = new
            {
                required = true,
                version = 1,
                text = "We keep what you do in the game.",
            },
        };
        (await SendAsync(HttpMethod.Patch, study, asked)).Must(HttpStatusCode.OK);
        var file = await WriteAsync("a.csv", Head, $"anna,{Time},a,x");

        (await RunAsync(study, file, Create)).ParticipantsMade.ShouldBe(0);
        (await GetAsync($"{study}/participants")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task JSON_that_is_not_a_line_each_is_refused_whole()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        string[] pretty =
        [
            "{",
            $"  \"participant\": 1, \"timestamp\": \"{Time}\",",
            "  \"name\": \"a\", \"room\": \"x\"",
            "}",
        ];
        var array = string.Concat(pretty);
        foreach (var lines in new[] { pretty, ["[", .. pretty, "]"], [$"[{array},{array}]"] })
        {
            foreach (var name in new[] { "a.ndjson", "a.json", "a.txt" })
            {
                (await SayingAsync(study, await WriteAsync(name, lines))).ShouldContain("jq -c");
            }
        }

        (await StoredAsync(study, "name")).ShouldBeEmpty();
        Directory.GetFiles(Folder.Path, "*.bad.*").ShouldBeEmpty();
        // Half a line is a bad row, as before.
        var half = await WriteAsync("half.ndjson", "{\"participant\":1,\"timestamp\":", array, array);
        (await RunAsync(study, half)).Added.ShouldBe(2);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Lines_before_the_header_are_left_out(string end)
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var text = string.Join(end, "\uFEFFExport of \"ten\" games", "", Head, $"1,{Time},a,x", "1,soon,b,x", "");
        await File.WriteAllTextAsync(Folder["a.csv"], text, Token);

        var summary = await RunAsync(study, Folder["a.csv"], r => r with { SkipLines = 2 });

        summary.Added.ShouldBe(1);
        (await File.ReadAllTextAsync(summary.Bad!, Token)).ShouldContain("\r\n5,");
        (await SayingAsync(study, Folder["a.csv"], r => r with { SkipLines = 9 })).ShouldContain("--skip-lines");
        var wide = Encoding.Unicode.GetBytes(new string('-', 200_000) + end + Head + end + $"1,{Time},b,x" + end);
        await File.WriteAllBytesAsync(Folder["b.csv"], wide, Token);
        (await RunAsync(study, Folder["b.csv"], r => r with { SkipLines = 1, Encoding = "utf-16" })).Added.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_said_of_the_clocks_that_wrote_a_file()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study, 2);
        var now = TimeProvider.System.GetUtcNow();
        string Row(int player, TimeSpan off, string name) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{player},s{player},{now.AddDays(-9) + off:yyyy-MM-ddTHH:mm:ssZ},{name},x"
            );
        var file = await WriteAsync(
            "a.csv",
            "participant,session,timestamp,name,room",
            Row(1, TimeSpan.Zero, "a"),
            Row(1, TimeSpan.FromSeconds(5), "b"),
            Row(1, TimeSpan.FromDays(200), "typo"),
            Row(2, TimeSpan.FromDays(30), "c"),
            Row(2, TimeSpan.FromDays(31), "d")
        );
        (await RunAsync(study, file)).Added.ShouldBe(5);

        var csv = (await GetAsync($"{study}/traces/export?corrected=true")).Must(HttpStatusCode.OK).Text.Split("\r\n");
        foreach (var cells in csv[1..^1].Select(l => l.Split(',')))
        {
            Rfc3339.TryParse(Encoding.UTF8.GetBytes(cells[3]), out long corrected).ShouldBeTrue();
            Rfc3339.TryParse(Encoding.UTF8.GetBytes(cells[2]), out long sent).ShouldBeTrue();
            corrected.ShouldBe(sent);
        }

        foreach (var session in (await GetAsync($"{study}/sessions")).Items)
        {
            session!["clock"]!.ToJsonString().ShouldBe("""{"basis":"unknown","correction":0}""");
        }
    }

    [Fact]
    public async Task How_far_a_file_is_belongs_to_the_study_that_it_was_read_into()
    {
        var study = await NewStudyAsync();
        var slug = study.Split('/')[^1];
        await NewPlayersAsync(study);
        var file = await WriteAsync("a.csv", Head, $"1,{Time},a,x", $"1,{Time},b,x");
        (await RunAsync(study, file)).Added.ShouldBe(2);
        (await RunAsync(study, file)).RowsBefore.ShouldBe(2);

        // Deleted and made again under the same name.
        (await SendAsync(HttpMethod.Delete, $"{study}?confirm={slug}")).Must(HttpStatusCode.NoContent);
        (
            await PostAsync(
                "/api/v1/studies",
                new
                {
                    slug,
                    title = "Again",
                    fields = GameFields,
                }
            )
        ).Must(HttpStatusCode.Created);
        await NewPlayersAsync(study);
        var again = await RunAsync(study, file);
        (again.Rows, again.RowsBefore, again.Added).ShouldBe((2, 0, 2));
        again.Stale.ShouldBe($"{file}.{slug}.import");
        var third = await RunAsync(study, file);
        (third.RowsBefore, third.Stale).ShouldBe((2, null));
    }

    [Fact]
    public async Task Ones_and_zeros_of_programs_that_hold_doubles_are_booleans()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var csv = await WriteAsync(
            "a.csv",
            [
                Head + ",correct",
                .. new[] { "1.0", "0.0", "1", "0.0e+00", "2.0", "0.5" }.Select(c => $"1,{Time},a,x,{c}"),
            ]
        );
        var json = await WriteAsync(
            "a.ndjson",
            [
                .. new[] { "1.0", "0", "2" }.Select(c =>
                    $$"""{"participant":1,"timestamp":1795166400,"name":"a","room":"x","correct":{{c}}}"""
                ),
            ]
        );

        (await RunAsync(study, csv)).Reasons.Values.ShouldBe([2]);
        (await RunAsync(study, json)).Reasons.Values.ShouldBe([1]);
        (await StoredAsync(study, "correct")).ShouldBe(["true", "false", "true", "false", "true", "false"]);
    }
}

public sealed class FaultyFilesOnSqlite(SqliteTraces traces) : FaultyFileTests(traces), IClassFixture<SqliteTraces>;

public sealed class FaultyFilesOnPostgres(PostgresTraces traces)
    : FaultyFileTests(traces),
        IClassFixture<PostgresTraces>;
