using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Hosting.Verbs;
using Sillage.Traces.Import;
using Xunit;

namespace Sillage.Traces.Tests.Import;

/// <summary>Files of any origin become traces, beside a server that runs.</summary>
public abstract class TraceImportTests(TracesUnderTest traces) : ImportSpecification(traces)
{
    [Fact]
    public async Task Columns_go_where_they_are_told_or_where_their_names_suggest_and_become_what_the_fields_ask_for()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study, 2);
        var file = await WriteAsync(
            "events.csv",
            """"
            Player;When;event;Session ID;seq;Room;lvl;Score;correct;at;more;note;empty
            1;20.11.2026 10:30:00;answered;a;1;loops;1;0,5;TRUE;20.11.2026 10:30:01;{"a":[1]};"x;""y""";
            2;20.11.2026 10:31:00;left;;;"two
            lines";3;1,25e3;no;;text;;

            """"
        );

        var summary = await RunAsync(
            study,
            file,
            r =>
                r with
                {
                    Map = ["timestamp=When,data.level=lvl"],
                    Drop = ["empty"],
                    DecimalComma = true,
                    TimeFormat = "dd.MM.yyyy HH:mm:ss",
                    TimeZone = "Europe/Paris",
                }
        );

        summary.Reasons.ShouldBeEmpty();
        (summary.Rows, summary.Added, summary.Known).ShouldBe((2, 2, 0));
        summary.Unread.ShouldBe(["empty"]);
        summary.Mapping.ShouldContain("participant ← Player");
        summary.Mapping.ShouldContain("data.level ← lvl (integer)");
        (
            await StoredAsync(
                study,
                "timestamp",
                "name",
                "session",
                "sequence",
                "room",
                "level",
                "score",
                "correct",
                "at",
                "more",
                "note"
            )
        ).ShouldBe([
            "2026-11-20T09:30:00Z|answered|a|1|loops|1|0.5|true|2026-11-20T09:30:01Z|{\"a\":[1]}|x;\"y\"",
            "2026-11-20T09:31:00Z|left|-|-|two\nlines|3|1.25e3|false|-|text|-",
        ]);
    }

    [Fact]
    public async Task Cells_of_programs_that_quote_everything_or_hold_all_numbers_as_doubles_are_what_they_mean()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var csv = await WriteAsync(
            "events.csv",
            """
            "id","participant","timestamp","name","session","sequence","room","level","answer"
            "","1","1.7951664e+12","a","",""," ","2.0",""
            "","1","1.7951664e+12","b","s","1e+00","x","3",""
            "","1","1.7951664e+12","c","s","1.5","x","3",""

            """
        );
        var json = await WriteAsync(
            "events.ndjson",
            """
            {"id":"","participant":1,"timestamp":1795166400.0,"name":"d","session":"","sequence":2.0,"room":"x","level":3.0}

            """
        );

        var summary = await RunAsync(study, csv);
        (summary.Added, summary.Known).ShouldBe((2, 0));
        summary.Reasons.ShouldHaveSingleItem().Key.ShouldBe("sequence: A whole number of at most 64 bits.");
        (await RunAsync(study, json)).Reasons.ShouldBeEmpty();
        (await StoredAsync(study, "timestamp", "name", "session", "sequence", "room", "level", "answer")).ShouldBe([
            "2026-11-20T09:20:00Z|a|-|-| |2|",
            "2026-11-20T09:20:00Z|b|s|1|x|3|",
            "2026-11-20T09:20:00Z|d|-|2|x|3|-",
        ]);
    }

    [Fact]
    public async Task NDJSON_is_read_by_members_paths_and_whole_data()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study)).Single();
        var file = await WriteAsync(
            "events.ndjson",
            """
            {"timestamp":"2026-11-20T09:30:00.5Z","name":"a","participant":"PSEUDONYM","data":{"room":"x","level":"2","other":{"deep":[1]}}}
            {"timestamp":1795166400,"name":"b","participant":1,"room":"y","meta":{"score":7,"more":1},"session":9,"correct":"yes"}

            """.Replace("PSEUDONYM", player.Pseudonym, StringComparison.Ordinal)
        );

        var summary = await RunAsync(study, file, r => r with { Map = ["data.score=meta.score"] });

        summary.Reasons.ShouldBeEmpty();
        (
            await StoredAsync(study, "timestamp", "name", "session", "room", "level", "score", "correct", "other")
        ).ShouldBe(["2026-11-20T09:30:00.5Z|a|-|x|2|-|-|{\"deep\":[1]}", "2026-11-20T09:20:00Z|b|9|y|-|7|true|-"]);
    }

    [Fact]
    public async Task A_second_run_stores_nothing_twice_and_reads_on_where_the_file_has_grown()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        const string Header = "participant,timestamp,name,room\n";
        const string Row = "1,2026-11-20T09:30:00Z,same,x\n";
        var file = await WriteAsync("events.csv", Header + Row + Row + Row.TrimEnd('\n'));

        (await RunAsync(study, file)).Added.ShouldBe(3, "alike rows are not the same row");
        var again = await RunAsync(study, file);
        (again.Rows, again.RowsBefore, again.Added).ShouldBe((0, 3, 0));
        var over = await RunAsync(study, file, r => r with { StartOver = true });
        (over.Rows, over.Added, over.Known).ShouldBe((3, 0, 3));

        await File.AppendAllTextAsync(file, "\n" + Row, Token);
        var grown = await RunAsync(study, file);
        (grown.Rows, grown.RowsBefore, grown.Added).ShouldBe((1, 3, 1));

        // The same rows from elsewhere are the same rows; from the standard input, too.
        File.Copy(file, Folder["copy.csv"]);
        (await RunAsync(study, Folder["copy.csv"])).Known.ShouldBe(4);
        await using var input = File.OpenRead(file);
        (await RunAsync(study, "-", r => r with { Input = input })).Known.ShouldBe(4);
    }

    [Fact]
    public async Task A_file_that_is_not_what_it_was_is_refused()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var file = await WriteAsync("events.csv", "participant,timestamp,name,room\n1,2026-11-20T09:30:00Z,a,x\n");
        await RunAsync(study, file);

        await WriteAsync("events.csv", "participant,timestamp,name,room\n1,2026-11-20T09:30:00Z,b,x\n");
        (await RefusedAsync(study, file)).Message.ShouldContain("not what it was when its first 1 rows were imported");
        await WriteAsync("events.csv", "participant,timestamp,name,room\n");
        (await RefusedAsync(study, file)).Message.ShouldContain("--start-over");
    }

    [Fact]
    public async Task Ids_of_the_file_are_kept_and_one_that_comes_with_other_content_is_left()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var id = Guid.CreateVersion7();
        var file = await WriteAsync(
            "events.csv",
            $"id,participant,timestamp,name,room\n{id},1,2026-11-20T09:30:00Z,a,x\nrow 2,1,2026-11-20T09:30:00Z,b,x\n{id},1,2026-11-20T09:30:00Z,c,x\nrow 2,1,2026-11-20T09:30:00Z,b,x\n"
        );

        var summary = await RunAsync(study, file);

        (summary.Added, summary.Known).ShouldBe((2, 1));
        summary.Reasons.ShouldHaveSingleItem().Key.ShouldStartWith("id: A trace with this id is stored already");
        (await GetAsync($"{study}/traces/{id}")).Must(HttpStatusCode.OK);
        (await GetAsync($"{study}/quarantine")).Items.ShouldBeEmpty("what is left goes into a file");
    }

    [Fact]
    public async Task Rows_that_cannot_be_taken_are_left_in_a_file_that_is_mended_and_imported()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var file = await WriteAsync(
            "events.csv",
            """
            participant,timestamp,name,room,level
            1,2026-11-20T09:30:00Z,good,x,1
            1,soon,bad time,x,1
            7,2026-11-20T09:30:00Z,nobody,x,1
            1,2026-11-20T09:30:00Z,"bad, level",x,nine
            1,2026-11-20T09:30:00Z,too few
            1,2026-11-20T09:30:00Z,level of another kind,x,4
            1,2026-11-20T09:30:00Z,no room,this name is longer than twenty characters,

            """
        );

        var summary = await RunAsync(study, file);

        summary.Added.ShouldBe(1);
        summary.Bad.ShouldBe(Folder["events.csv.bad.csv"]);
        var bad = await File.ReadAllTextAsync(summary.Bad!, Token);
        bad.Split("\r\n")[0].ShouldBe("_line,_reason,participant,timestamp,name,room,level");
        bad.ShouldContain(
            "\r\n4,participant: The study has no participant of this number or pseudonym; --participants create makes them. It says '7'.,7,"
        );
        bad.ShouldContain("\r\n5,level → data.level: A whole number of at most 64 bits. It says 'nine'.,1,2026");
        bad.ShouldContain("\r\n6,\"The row has 3 cells, and there are 5 columns.\",1,2026-11-20T09:30:00Z,too few\r\n");
        bad.ShouldContain("\r\n7,\"level → data.level: One of 1, 2, 3. It says '4'.\",");
        bad.ShouldContain(
            "\r\n8,room → data.room: At most 20 characters. It says 'this name is longer than twenty characters'.,"
        );

        var mended = bad.Replace(",soon,", ",2026-11-20T09:30:00Z,", StringComparison.Ordinal)
            .Replace(",7,2026", ",1,2026", StringComparison.Ordinal)
            .Replace(",nine", ",2", StringComparison.Ordinal)
            .Replace("too few", "enough,x,1", StringComparison.Ordinal)
            .Replace("kind,x,4", "kind,x,3", StringComparison.Ordinal)
            .Replace("this name is longer than twenty characters", "y", StringComparison.Ordinal);
        await File.WriteAllTextAsync(summary.Bad!, mended, Token);
        var second = await RunAsync(study, summary.Bad!);
        second.Reasons.ShouldBeEmpty();
        second.Added.ShouldBe(6);
        (await RunAsync(study, file)).Rows.ShouldBe(0);
        (await File.ReadAllTextAsync(summary.Bad!, Token)).ShouldBe(mended, "what is being mended is not touched");
    }

    [Fact]
    public async Task Lines_that_cannot_be_taken_bear_their_reason_and_are_mended_in_place()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        const string Good =
            "\"timestamp\":\"2026-11-20T09:30:00Z\",\"name\":\"a\",\"participant\":1,\"data\":{\"room\":\"x\"}}";
        var file = await WriteAsync(
            "events.ndjson",
            $"{{{Good}\nno object\n{{\"level\":\"x\",{Good}\n{{{Good[..^1]}\n{{\"name\":\"\\ud800\",\"timestamp\":1795166400,\"participant\":1}}\n"
        );

        var summary = await RunAsync(study, file);

        summary.Added.ShouldBe(1);
        var bad = await File.ReadAllLinesAsync(summary.Bad!, Token);
        bad[0].ShouldStartWith("""{"_line":2,"_reason":"Not valid JSON""");
        bad[0].ShouldEndWith(""","_row":"no object"}""");
        bad[1].ShouldStartWith("""{"_line":3,"_reason":"level → data.level: A whole number""");
        bad[1].ShouldEndWith($",\"level\":\"x\",{Good}");
        bad.Length.ShouldBe(4);
        await File.WriteAllTextAsync(
            summary.Bad!,
            bad[1].Replace("\"level\":\"x\"", "\"level\":1", StringComparison.Ordinal),
            Token
        );
        (await RunAsync(study, summary.Bad!)).Added.ShouldBe(1);
    }

    [Fact]
    public async Task A_dry_run_shows_what_would_be_and_changes_nothing()
    {
        var study = await NewStudyAsync();
        var file = await WriteAsync(
            "events.csv",
            "who,timestamp,name,room\nanna,2026-11-20T09:30:00Z,a,x\nbert,2026-11-20T09:30:00Z,b,\nanna,soon,c,x\n"
        );

        var summary = await RunAsync(
            study,
            file,
            r => r with { DryRun = true, Map = ["participant=who"], CreateParticipants = true }
        );

        (summary.Rows, summary.Added, summary.ParticipantsMade).ShouldBe((3, 2, 2));
        summary.First.Count.ShouldBe(2);
        summary.First[0].ShouldContain("\"participant\":\"(new)\"");
        summary.First[0].ShouldContain("\"data\":{\"room\":\"x\"}");
        summary.Reasons.ShouldHaveSingleItem().Key.ShouldStartWith("timestamp: A time is expected");
        (await GetAsync($"{study}/traces")).Items.ShouldBeEmpty();
        (await GetAsync($"{study}/participants")).Items.ShouldBeEmpty();
        Directory.GetFiles(Folder.Path).ShouldBe([file]);
    }

    [Fact]
    public async Task Names_of_elsewhere_become_participants_without_accounts_and_stay_the_same_ones()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        TraceImportRequest Create(TraceImportRequest r) => r with { CreateParticipants = true };
        var first = await WriteAsync(
            "first.csv",
            "participant,timestamp,name,room\nanna,2026-11-20T09:30:00Z,a,x\n\"b, c\",2026-11-20T09:30:00Z,b,x\nanna,2026-11-20T09:31:00Z,c,x\n"
        );
        var summary = await RunAsync(study, first, Create);
        summary.ParticipantsMade.ShouldBe(2);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(summary.Keys!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var second = await WriteAsync(
            "second.csv",
            "participant,timestamp,name,room\ncleo,2026-11-20T09:32:00Z,d,x\nanna,2026-11-20T09:32:00Z,e,x\n"
        );
        (await RunAsync(study, second, Create)).ParticipantsMade.ShouldBe(1);

        var people = (await GetAsync($"{study}/participants")).Items;
        people.Select(p => (long)p!["number"]!).ShouldBe([1, 2, 3, 4]);
        people.Skip(1).ShouldAllBe(p => p!["username"] == null);
        var stored = await StoredAsync(study, "name", "participant");
        var anna = stored[0].Split('|')[1];
        stored.ShouldBe([$"a|{anna}", stored[1], $"c|{anna}", stored[3], $"e|{anna}"]);
        stored[1].ShouldNotEndWith(anna);
        (await File.ReadAllTextAsync(summary.Keys!, Token)).ShouldContain($"anna,{anna},2");
    }

    [Theory]
    [InlineData("anna,")]
    [InlineData("\"b, c")]
    [InlineData("key,pseud")]
    public async Task Half_a_line_that_a_killed_run_has_left_makes_nobody_a_second_time(string half)
    {
        var study = await NewStudyAsync();
        TraceImportRequest Create(TraceImportRequest r) => r with { CreateParticipants = true };
        const string Rows =
            "participant,timestamp,name,room\nanna,2026-11-20T09:30:00Z,a,x\n\"b, c\",2026-11-20T09:30:00Z,b,x\n";
        var keys = Folder[study.Split('/')[^1] + ".participants.csv"];
        var header = half.StartsWith("key", StringComparison.Ordinal) ? "" : "key,pseudonym,number\r\n";
        await File.WriteAllTextAsync(keys, header + half, Token);

        (await RunAsync(study, await WriteAsync("first.csv", Rows), Create)).ParticipantsMade.ShouldBe(2);
        // As an editor leaves it that ends no last line.
        await File.WriteAllTextAsync(keys, (await File.ReadAllTextAsync(keys, Token)).TrimEnd(), Token);
        var again = Rows.Replace(":00Z", ":01Z", StringComparison.Ordinal) + "cleo,2026-11-20T09:30:01Z,c,x\n";
        (await RunAsync(study, await WriteAsync("second.csv", again), Create)).ParticipantsMade.ShouldBe(1);
        (await RunAsync(study, Folder["second.csv"], r => Create(r) with { StartOver = true })).Known.ShouldBe(3);

        (await GetAsync($"{study}/participants")).Items.Count.ShouldBe(3);
        var stored = await StoredAsync(study, "participant");
        stored[..2].ShouldBe(stored[2..4]);
    }

    [Fact]
    public async Task A_file_of_names_that_cannot_be_read_is_refused_before_anybody_is_made()
    {
        var study = await NewStudyAsync();
        var file = await WriteAsync("events.csv", "participant,timestamp,name,room\nanna,2026-11-20T09:30:00Z,a,x\n");
        var keys = await WriteAsync("keys.csv", "key;pseudonym;number\r\nanna;p1;1\r\n");

        (await RefusedAsync(study, file, r => r with { CreateParticipants = true, Keys = keys })).Message.ShouldContain(
            "Line 1 of"
        );
        (await GetAsync($"{study}/participants")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Our_own_export_comes_back_as_it_was()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var sent = Trace(
            1,
            t =>
            {
                t["session"] = "s";
                t["sequence"] = 3;
                t["data"]!["level"] = 2;
                t["data"]!["correct"] = false;
                t["data"]!["answer"] = "";
                t["data"]!["unheard of"] = "é \"x\", y";
                t["data"]!["more"] = new JsonArray(1, null);
            }
        );
        (await SendTracesAsync(study, sent)).Must(HttpStatusCode.Created);
        var expected = (await GetAsync($"{study}/traces")).Items.Single()!["data"]!.ToJsonString();
        foreach (
            var form in new[] { "csv", "ndjson", "csv&timeZone=Europe/Paris&corrected=true", "ndjson&corrected=true" }
        )
        {
            var export = (await GetAsync($"{study}/traces/export?format={form}")).Must(HttpStatusCode.OK);
            var file = await WriteAsync($"export{form.Length}.{form.Split('&')[0]}", export.Text);
            // In the study it came from it is known, down to the id.
            var known = await RunAsync(study, file);
            known.Reasons.ShouldBeEmpty();
            known.Known.ShouldBe(1);

            var other = await NewStudyAsync();
            (await RunAsync(other, file, r => r with { CreateParticipants = true })).Added.ShouldBe(1);
            var back = (await GetAsync($"{other}/traces")).Items.Single()!;
            System
                .Text.Json.Nodes.JsonNode.DeepEquals(back["data"], JsonNode.Parse(expected))
                .ShouldBeTrue(back.ToJsonString());
        }
    }

    [Fact]
    public async Task Packed_and_otherwise_encoded_files_are_read_once_they_are_named()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        const string Text = "participant,timestamp,name,room\n1,2026-11-20T09:30:00Z,été,x\n";
        await using (var packed = new GZipStream(File.Create(Folder["events.csv.gz"]), CompressionLevel.Fastest))
        {
            await packed.WriteAsync(Encoding.UTF8.GetBytes(Text), Token);
        }

        (await RunAsync(study, Folder["events.csv.gz"])).Added.ShouldBe(1);
        var latin = await WriteAsync("latin.csv", Text.Replace("été", "là", StringComparison.Ordinal), Encoding.Latin1);
        (await RefusedAsync(study, latin)).Message.ShouldContain("Line 2 of");
        (await RefusedAsync(study, latin)).Message.ShouldContain("--encoding latin1");
        (await RefusedAsync(study, latin, r => r with { Encoding = "us-ascii" })).Message.ShouldContain(
            "not in the encoding that --encoding names"
        );
        (await RunAsync(study, latin, r => r with { Encoding = "latin1" })).Added.ShouldBe(1);
        var wide = await WriteAsync("wide.csv", Text.Replace("été", "où", StringComparison.Ordinal), Encoding.Unicode);
        (await RefusedAsync(study, wide)).Message.ShouldContain("--encoding utf-16");
        (await RunAsync(study, wide, r => r with { Encoding = "utf-16" })).Added.ShouldBe(1);
        (await StoredAsync(study, "name")).ShouldBe(["été", "là", "où"]);

        var cut = (await File.ReadAllBytesAsync(Folder["events.csv.gz"], Token))[..^12];
        await File.WriteAllBytesAsync(Folder["cut.csv.gz"], cut, Token);
        (await RunAsync(study, Folder["cut.csv.gz"])).MayBeCut.ShouldBeTrue();
        (await RunAsync(study, Folder["events.csv.gz"])).MayBeCut.ShouldBeFalse();
        await File.WriteAllBytesAsync(Folder["odd.csv.gz"], [.. cut[..12], 0xFF, 0xFF, 0xFF, .. cut[15..]], Token);
        (await RefusedAsync(study, Folder["odd.csv.gz"])).Message.ShouldContain("cannot be unpacked");
    }

    [Fact]
    public async Task A_file_that_somebody_writes_at_is_read_to_its_last_whole_row()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var rows = new StringBuilder("participant,timestamp,name,room\n");
        for (var i = 0; i < 5000; i++)
        {
            rows.Append("1,2026-11-20T09:30:00Z,a,x\n");
        }

        var file = await WriteAsync("events.csv", rows + "1,2026-11-20T09:3");
        var written = false;
        var progress = new Told(_ =>
        {
            if (!written)
            {
                written = true;
                File.AppendAllText(file, "0:00Z");
            }
        });
        var summary = await RunAsync(study, file, null, progress);
        (summary.Rows, summary.Added, summary.Grew, summary.LeftLast).ShouldBe((5000, 5000, true, true));

        await File.AppendAllTextAsync(file, ",b,x\n", Token);
        var rest = await RunAsync(study, file);
        (rest.Rows, rest.Added, rest.Grew).ShouldBe((1, 1, false));
    }

    [Fact]
    public async Task A_run_that_is_stopped_goes_on_where_it_was_with_each_bad_row_once()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var rows = new StringBuilder("participant,timestamp,name,room\n");
        for (var i = 0; i < 10_000; i++)
        {
            rows.Append(i % 10 == 9 ? "1,soon,a,x\n" : "1,2026-11-20T09:30:00Z,a,x\n");
        }

        var file = await WriteAsync("events.csv", rows.ToString());
        using var stop = new CancellationTokenSource();
        var stopped = await Should.ThrowAsync<ImportException>(() =>
            RunAsync(study, file, null, new Told(_ => stop.Cancel()), stop.Token)
        );
        stopped.Message.ShouldContain("run the same command again");

        var rest = await RunAsync(study, file);

        rest.RowsBefore.ShouldBeGreaterThan(0);
        (rest.RowsBefore + rest.Rows).ShouldBe(10_000);
        (await File.ReadAllLinesAsync(rest.Bad!, Token)).Length.ShouldBe(1001);
        var export = await GetAsync($"{study}/traces/export?format=ndjson");
        export.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(9000);
    }

    [Fact]
    public async Task What_cannot_be_read_is_told_with_the_mend()
    {
        var study = await NewStudyAsync();
        var strict = await NewStudyAsync(unknownFields: "refuse");
        await NewPlayersAsync(study);
        async Task SayingAsync(
            string file,
            string saying,
            Func<TraceImportRequest, TraceImportRequest>? change = null,
            string? into = null
        ) => (await RefusedAsync(into ?? study, file, change)).Message.ShouldContain(saying);

        var good = await WriteAsync("good.csv", "participant,timestamp,name,room\n1,2026-11-20T09:30:00Z,a,x\n");
        await SayingAsync(good, "There is no study 'absent' here; there are", into: "absent");
        await SayingAsync(Folder["absent.csv"], "There is no file");
        await SayingAsync(Folder.Path, "is a folder");
        await SayingAsync(await WriteAsync("empty.csv", ""), "is empty");
        await SayingAsync(await WriteAsync("array.json", "[{}]"), "jq -c");
        await SayingAsync(await WriteAsync("twice.csv", "a,b,a\n1,2,3\n"), "two columns 'a'");
        await SayingAsync(await WriteAsync("few.csv", "participant,what\n1,x\n"), "--map timestamp=COLUMN");
        await SayingAsync(good, "has no column 'when'", r => r with { Map = ["timestamp=when"] });
        await SayingAsync(good, "A trace has no 'when'", r => r with { Map = ["when=timestamp"] });
        await SayingAsync(
            good,
            "Two columns or constants go to name",
            r => r with { Map = ["name=room"], Constants = ["name=x"] }
        );
        await SayingAsync(good, "--map takes TARGET=COLUMN", r => r with { Map = ["timestamp"] });
        await SayingAsync(good, "has no field 'rom'", r => r with { Map = ["data.rom=room"] }, strict);
        await SayingAsync(good, "is not known", r => r with { Encoding = "utf-9" });
        await SayingAsync(good, "one character of ASCII", r => r with { Delimiter = "ab" });

        Directory.CreateDirectory($"{good}.{study.Split('/')[^1]}.import.new");
        await SayingAsync(good, "How far an import has come is kept beside the file");

        var open = "participant,timestamp,name,room\n1,2026-11-20T09:30:00Z,a,x\n1,\"" + new string('x', 5_000_000);
        await SayingAsync(
            await WriteAsync("open.csv", open),
            "Line 3: what begins here is longer than 4096 KiB. A quote that is opened"
        );
        (await StoredAsync(study, "name")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_header_columns_go_by_their_place_and_constants_say_the_rest()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
        var file = await WriteAsync("events.tsv", "1795166400\tx\tNA\n1795166401\ty\t2\n");
        await WriteAsync("map.txt", "# what is where\ntimestamp=1\n\ndata.room=2\ndata.level=3\n");

        var summary = await RunAsync(
            study,
            file,
            r =>
                r with
                {
                    NoHeader = true,
                    Map = ["@" + Folder["map.txt"]],
                    Constants = ["participant=1", "name=moved", "session=first"],
                    Missing = ["NA"],
                }
        );

        summary.Reasons.ShouldBeEmpty();
        (await StoredAsync(study, "timestamp", "name", "session", "room", "level")).ShouldBe([
            "2026-11-20T09:20:00Z|moved|first|x|-",
            "2026-11-20T09:20:01Z|moved|first|y|2",
        ]);
    }

    [Fact]
    public async Task Where_consent_is_needed_rows_of_those_who_have_not_given_it_are_left()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study);
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
        const string Header = "participant,timestamp,name,room\n";
        var known = await WriteAsync("known.csv", Header + "1,2026-11-20T09:30:00Z,a,x\n");
        var summary = await RunAsync(study, known);
        summary.Added.ShouldBe(0);
        summary.Reasons.ShouldHaveSingleItem().Key.ShouldContain("consent to version 1");

        var names = await WriteAsync("names.csv", Header + "anna,2026-11-20T09:30:00Z,b,x\n");
        TraceImportRequest OnPaper(TraceImportRequest r) => r with { CreateParticipants = true, ConsentOnPaper = true };
        (await RunAsync(study, names, r => OnPaper(r) with { DryRun = true })).Added.ShouldBe(1);
        (await RunAsync(study, names, OnPaper)).Added.ShouldBe(1);

        // Once it is recorded, what was left is imported.
        (await SendAsync(HttpMethod.Put, $"{study}/participants/1/consent", new { version = 1 })).Must(
            HttpStatusCode.OK
        );
        (await RunAsync(study, summary.Bad!)).Added.ShouldBe(1);
        (await StoredAsync(study, "name")).ShouldBe(["b", "a"]);
    }

    private sealed class Told(Action<ImportProgress> tell) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => tell(value);
    }
}

public sealed class TraceImportOnSqlite(SqliteTraces traces) : TraceImportTests(traces), IClassFixture<SqliteTraces>;

public sealed class TraceImportOnPostgres(PostgresTraces traces)
    : TraceImportTests(traces),
        IClassFixture<PostgresTraces>;
