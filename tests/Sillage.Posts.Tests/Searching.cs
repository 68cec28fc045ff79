namespace Sillage.Posts.Tests;

/// <summary>What a search finds, in which order, and for whom; tags and suggestions.</summary>
public abstract class Searching(PostsUnderTest posts) : PostsSpecification(posts)
{
    [Fact]
    public async Task Words_phrases_beginnings_and_minus_find_what_they_say()
    {
        await WriteAsync(new { title = "Zéphyr du matin", body = "Le vent souffle sur le lac ; les bateaux dorment." });
        await WriteAsync(new { title = "Zephyr evening", body = "The wind is gone and the lake is flat." });
        await WriteAsync(new { title = "漕艇の朝", body = "zephyr 湖は静かだった。" });

        async Task FindsAsync(string query, params string[] titles) =>
            Titles(await GetAsync("/api/v1/posts?q=" + Uri.EscapeDataString(query), Reader))
                .ShouldBe(titles, ignoreOrder: true, query);

        await FindsAsync("zephyr", "Zéphyr du matin", "Zephyr evening", "漕艇の朝");
        await FindsAsync("ZÉPHYR lac", "Zéphyr du matin");
        await FindsAsync("ｚｅｐｈｙｒ wind", "Zephyr evening");
        await FindsAsync("\"vent souffle\"", "Zéphyr du matin");
        await FindsAsync("\"souffle vent\"");
        await FindsAsync("zephyr bat*", "Zéphyr du matin");
        await FindsAsync("zephyr bat");
        await FindsAsync("zephyr -lake", "Zéphyr du matin", "漕艇の朝");
        await FindsAsync("zephyr -\"le lac\" -lake", "漕艇の朝");
        await FindsAsync("湖 zephyr", "漕艇の朝");
        await FindsAsync("静か zephyr", "漕艇の朝");
        // What an engine's own syntax would take for something else.
        await FindsAsync("zephyr AND NOT OR NEAR( ' \\ : & | ! ^ {title}");
    }

    [Fact]
    public async Task The_title_counts_more_than_the_text_and_pages_follow_the_ranking()
    {
        await WriteAsync(
            new
            {
                title = "Only in the text",
                body = "There is a quokka here, and a long text about all that is not one of them.",
            }
        );
        await WriteAsync(new { title = "The quokka", body = "An animal." });
        await WriteAsync(new { title = "Nothing", body = "But quokka, quokka and quokka." });

        var all = Titles(await GetAsync("/api/v1/posts?q=quokka", Reader));
        all[0].ShouldBe("The quokka");
        all[^1].ShouldBe("Only in the text");
        var first = await GetAsync("/api/v1/posts?q=quokka&limit=2", Reader);
        var second = await GetAsync((string)first.Json["next"]!, Reader);
        Titles(first).Concat(Titles(second)).ShouldBe(all);
        second.Json["next"].ShouldBeNull();
    }

    [Fact]
    public async Task Matches_are_shown_in_their_text_and_nothing_of_it_is_markup()
    {
        await WriteAsync(new { title = "Aardvark & <b>", body = new string('x', 80) + " the <i>AARDVÁRK</i> digs" });
        var found = (await GetAsync("/api/v1/posts?q=aardvark", Reader)).Items.ShouldHaveSingleItem()!;
        ((string)found["titleHtml"]!).ShouldBe("<mark>Aardvark</mark> &amp; &lt;b&gt;");
        ((string)found["excerpt"]!).ShouldContain("the &lt;i&gt;<mark>AARDVÁRK</mark>&lt;/i&gt; digs");
    }

    [Fact]
    public async Task A_search_is_narrowed_by_author_tag_and_time()
    {
        var person = await NewPersonAsync();
        await WriteAsync("Wombat one", "public", null, "fauna");
        await WriteAsync("Wombat two", "public", person, "Faüna");
        var later = Uri.EscapeDataString(Posts.Clock.GetUtcNow().AddHours(1).ToString("O"));

        Titles(await GetAsync($"/api/v1/posts?q=wombat&author={person.Username}")).ShouldBe(["Wombat two"]);
        Titles(await GetAsync("/api/v1/posts?q=wombat&tag=FAUNA")).Length.ShouldBe(2);
        Titles(await GetAsync("/api/v1/posts?q=wombat&tag=flora")).ShouldBeEmpty();
        Titles(await GetAsync($"/api/v1/posts?q=wombat&to={later}")).Length.ShouldBe(2);
        Titles(await GetAsync($"/api/v1/posts?q=wombat&from={later}")).ShouldBeEmpty();
        (await GetAsync("/api/v1/posts?q=-wombat")).Pointers().ShouldBe(["?q"]);
        Titles(await GetAsync("/api/v1/posts?author=nobody-of-that-name")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_changed_is_found_by_its_new_words_only()
    {
        var post = await WriteAsync(new { title = "Changing", body = "numbat" });
        (await PatchAsync(Self(post), new { body = "bilby" })).Must(HttpStatusCode.OK);
        Titles(await GetAsync("/api/v1/posts?q=numbat")).ShouldBeEmpty();
        Titles(await GetAsync("/api/v1/posts?q=bilby")).ShouldBe(["Changing"]);
    }

    [Fact]
    public async Task The_language_of_the_setting_puts_endings_aside()
    {
        await using var french = await Posts.StartAsync(("Posts:SearchLanguage", "french"));
        var author = await french.RegisterAsync("author");
        (
            await french.SendAsync(
                HttpMethod.Post,
                "/api/v1/posts",
                new { title = "Les chevaux", body = "Des rameuses rapides." },
                author.Token
            )
        ).Must(HttpStatusCode.Created);
        foreach (var query in new[] { "cheval", "rameuse", "rapide" })
        {
            Titles(await french.SendAsync(HttpMethod.Get, $"/api/v1/posts?q={query}", null, author.Token))
                .ShouldBe(["Les chevaux"], query);
        }
    }

    [Fact]
    public async Task Titles_and_tags_are_suggested_while_somebody_types()
    {
        await WriteAsync("Echidna watching", "public", null, "echidnas");
        await WriteAsync("Echidna secrets", "private");
        var seen = (await GetAsync("/api/v1/suggestions?typed=ÉCHI", Reader)).Must(HttpStatusCode.OK).Json;
        seen["posts"]!.AsArray().Select(p => (string)p!["title"]!).ShouldBe(["Echidna watching"]);
        seen["tags"]!.AsArray().Select(t => (string)t!).ShouldBe(["echidnas"]);
        (await GetAsync("/api/v1/suggestions?typed=!")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Tags_are_counted_renamed_and_merged_and_old_names_lead_on()
    {
        var first = await WriteAsync("Tagged 1", "public", null, "Skiff", "boats");
        await WriteAsync("Tagged 2", "public", null, "SKIFF");
        await WriteAsync("Tagged 3", "private", null, "skiff");
        await WriteAsync("Tagged 4", "public", null, "sculls");
        async Task<long> CountAsync(string tag) =>
            (long)(await GetAsync($"/api/v1/tags/{tag}")).Must(HttpStatusCode.OK).Json["posts"]!;
        (await CountAsync("skiff")).ShouldBe(2);
        await PatchAsync(Self(first), new { visibility = "private" });
        (await CountAsync("skiff")).ShouldBe(1);
        await PatchAsync(Self(first), new { visibility = "public", tags = new[] { "boats" } });
        (await CountAsync("skiff")).ShouldBe(1);
        (await CountAsync("boats")).ShouldBe(1);

        (await PatchAsync("/api/v1/tags/skiff", new { name = "Single scull" }, Reader)).Status.ShouldBe(
            HttpStatusCode.Forbidden
        );
        var renamed = (await PatchAsync("/api/v1/tags/skiff", new { name = "Single scull" }, Administrator))
            .Must(HttpStatusCode.OK)
            .Json;
        ((string)renamed["key"]!).ShouldBe("single-scull");
        (await PostAsync("/api/v1/tags/sculls/merge", new { into = "single scull" }, Administrator)).Must(
            HttpStatusCode.OK
        );

        foreach (var name in new[] { "skiff", "SCULLS", "single-scull" })
        {
            (await CountAsync(name)).ShouldBe(2, name);
            Titles(await GetAsync($"/api/v1/posts?tag={name}", Reader)).ShouldBe(["Tagged 4", "Tagged 2"]);
        }

        var next = await WriteAsync("Tagged 5", "public", null, "skiff");
        next["tags"]!.AsArray().Select(t => (string)t!).ShouldBe(["Single scull"]);
        (await CountAsync("sculls")).ShouldBe(3);
        (await GetAsync("/api/v1/tags?limit=1000")).Items.Select(t => (string)t!["key"]!).ShouldNotContain("skiff");
    }
}

public sealed class Searching_on_sqlite(SqlitePosts posts) : Searching(posts), IClassFixture<SqlitePosts>;

public sealed class Searching_on_postgres(PostgresPosts posts) : Searching(posts), IClassFixture<PostgresPosts>;
