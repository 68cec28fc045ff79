using Sillage.Posts.Content;
using Sillage.Search;

namespace Sillage.Posts.Tests;

/// <summary>How texts become words, slugs, tags and queries.</summary>
public sealed class WordTests
{
    [Theory]
    [InlineData("Été à GENÈVE, l'an 2026!", "ete a geneve l an 2026")]
    [InlineData("ｆｕｌｌ ｗｉｄｔｈ", "full width")]
    [InlineData("Straße Œuvre Ångström İstanbul", "strasse oeuvre angstrom istanbul")]
    [InlineData("漕艇 and 湖", "漕 艇 and 湖")]
    [InlineData("e\u0301te\u0301", "ete")]
    [InlineData("½ 'quote' \\ :", "quote")]
    [InlineData("\ud800 broken", "broken")]
    [InlineData("", "")]
    public void A_text_is_its_folded_words(string text, string words) =>
        string.Join(' ', Words.Of(text).Select(w => w.Folded)).ShouldBe(words);

    [Theory]
    [InlineData("A quiet morning", "a-quiet-morning")]
    [InlineData("!!!", "post")]
    [InlineData("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58", "post-01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58")]
    public void A_title_becomes_a_slug_that_is_no_id(string title, string slug) => Slugs.OfTitle(title).ShouldBe(slug);

    [Theory]
    [InlineData("#Lac Léman", "lac-leman")]
    [InlineData("C++", "c")]
    [InlineData("  ", null)]
    [InlineData("a\tb", null)]
    public void A_tag_has_one_key_for_all_its_forms(string name, string? key) => TagName.Parse(name)?.Key.ShouldBe(key);

    [Theory]
    [InlineData("two words", "\"two\" AND \"words\"", "('two') & ('words')")]
    [InlineData("\"a phrase\" -no", "(\"a phrase\") NOT (\"no\")", "('a'<->'phrase') & !('no')")]
    [InlineData(
        "begin* -\"not this\" -that",
        "(\"begin\"*) NOT (\"not this\" OR \"that\")",
        "('begin':*) & !('not'<->'this') & !('that')"
    )]
    [InlineData("e-mail", "\"e mail\"", "('e'<->'mail')")]
    [InlineData("\"open", "\"open\"", "('open')")]
    [InlineData("-only", null, null)]
    [InlineData("* \" -", null, null)]
    public void A_query_is_the_same_on_both_engines(string text, string? sqlite, string? postgres)
    {
        var query = SearchQuery.Parse(text, SearchLanguage.None);
        query?.ForSqlite().ShouldBe(sqlite);
        query?.ForPostgres().ShouldBe(postgres);
        (query is null).ShouldBe(sqlite is null);
    }

    [Theory]
    [InlineData(SearchLanguage.English, "boats ponies classes glass bus", "boat pony classe glass bus")]
    [InlineData(SearchLanguage.French, "chevaux rameuses rapides grande lac", "cheval rameus rapid grand lac")]
    [InlineData(SearchLanguage.None, "boats", "boats")]
    public void Endings_are_cut_by_the_language(SearchLanguage language, string words, string stems) =>
        string.Join(' ', words.Split(' ').Select(w => Stemming.Stem(w, language))).ShouldBe(stems);

    [Theory]
    [InlineData("Thanks @player-1, and @Player-1.", "player-1")]
    [InlineData("mail me@example.org or (@a_b.c)!", "a_b.c")]
    [InlineData("@ @- nobody", "")]
    public void People_are_named_with_an_at_sign(string text, string names) =>
        string.Join(' ', Mentions.Of(text)).ShouldBe(names);
}
