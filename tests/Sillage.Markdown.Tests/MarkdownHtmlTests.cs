using Shouldly;
using Xunit;

namespace Sillage.Markdown.Tests;

public sealed class MarkdownHtmlTests
{
    [Theory]
    [InlineData("Room **3**", "<p>Room <strong>3</strong></p>")]
    [InlineData("~~no~~ *yes*", "<p><del>no</del> <em>yes</em></p>")]
    [InlineData("# Title", "<h1>Title</h1>")]
    [InlineData("```csharp\nvar a = 1 < 2;\n```", "<pre><code>var a = 1 &lt; 2;\n</code></pre>")]
    [InlineData("3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>")]
    [InlineData("", "")]
    [InlineData("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>")]
    public void Markdown_becomes_html(string markdown, string html) => MarkdownHtml.OfPost(markdown).ShouldBe(html);

    [Fact]
    public void A_table_becomes_one() =>
        MarkdownHtml
            .OfPost("| a | b |\n|---|:-:|\n| 1 | 2 |")
            .Replace("\n", string.Empty, StringComparison.Ordinal)
            .ShouldBe(
                "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
            );

    [Fact]
    public void A_new_line_is_one_in_a_message_and_none_in_a_post()
    {
        MarkdownHtml.OfMessage("a\nb").Replace("\n", string.Empty, StringComparison.Ordinal).ShouldBe("<p>a<br>b</p>");
        MarkdownHtml.OfPost("a\nb").ShouldBe("<p>a\nb</p>");
    }

    [Theory]
    [InlineData("https://example.org/a?b=1&c=2", "https://example.org/a?b=1&amp;c=2")]
    [InlineData("[docs](http://example.org \"title\")", "http://example.org")]
    [InlineData("[write](mailto:a@example.org)", "mailto:a@example.org")]
    [InlineData("[post](/api/v1/posts/1)", "/api/v1/posts/1")]
    public void A_link_leads_where_it_says_and_vouches_for_nothing(string markdown, string address)
    {
        var html = MarkdownHtml.OfPost(markdown);

        html.ShouldContain($"href=\"{address}\"");
        html.ShouldContain("rel=\"nofollow noopener noreferrer ugc\"");
    }

    [Fact]
    public void A_picture_of_this_server_is_shown_and_one_from_elsewhere_is_a_link()
    {
        MarkdownHtml.OfPost("![a cat](/api/v1/files/1)").ShouldBe("<p><img src=\"/api/v1/files/1\" alt=\"a cat\"></p>");

        foreach (var address in new[] { "https://tracker.example/p.png", "//tracker.example/p.png", "p.png" })
        {
            var html = MarkdownHtml.OfPost($"![a cat]({address})");
            html.ShouldNotContain("<img");
            html.ShouldContain(">a cat</a>");
        }
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[a](javascript:alert(1))")]
    [InlineData("[a](JaVaScRiPt:alert(1))")]
    [InlineData("[a](&#106;avascript:alert(1))")]
    [InlineData("[a](java&#x09;script:alert(1))")]
    [InlineData("[a](vbscript:x)")]
    [InlineData("[a](data:text/html,<script>alert(1)</script>)")]
    [InlineData("![a](javascript:alert(1))")]
    [InlineData("![a](data:image/svg+xml,<svg/onload=alert(1)>)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[a]: javascript:alert(1)\n\n[a]")]
    [InlineData("[a](https://x \"onmouseover=alert(1)\" onclick=alert(1))")]
    [InlineData("![\"onerror=alert(1) x=\"](/api/v1/x)")]
    [InlineData("```\" onload=alert(1)\nx\n```")]
    [InlineData("<svg><style><img src=x onerror=alert(1)></style></svg>")]
    [InlineData(
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">"
    )]
    [InlineData("| <b onclick=alert(1)> |\n|---|\n| <iframe src=javascript:alert(1)> |")]
    public void Nothing_in_a_text_runs(string markdown)
    {
        foreach (var html in new[] { MarkdownHtml.OfPost(markdown), MarkdownHtml.OfMessage(markdown) })
        {
            Markup.Of(html).ShouldAllBe(element => Markup.IsHarmless(element), html);
        }
    }

    [Theory]
    [InlineData(">", 5000)]
    [InlineData("[", 20_000)]
    [InlineData("![", 20_000)]
    [InlineData("*a ", 20_000)]
    [InlineData("`a", 20_000)]
    [InlineData("- ", 5000)]
    [InlineData("[a](", 3000)]
    [InlineData("`a", 3000)]
    [InlineData("<a", 20_000)]
    [InlineData("a|", 2000)]
    [InlineData("[a](", 10_000)]
    [InlineData("***a___b", 5000)]
    [InlineData("\u0000", 100)]
    [InlineData("\ud800", 100)]
    public void No_text_is_too_odd(string part, int times)
    {
        var text = string.Concat(Enumerable.Repeat(part, times));

        var html = MarkdownHtml.OfPost(text);

        html.Length.ShouldBeInRange(1, (text.Length * 20) + 100);
        Markup.Of(html).ShouldAllBe(element => Markup.IsHarmless(element));
        MarkdownHtml.OfMessage($"{text}\n\nafter").ShouldContain("after");
    }

    [Fact]
    public void A_few_bytes_of_a_table_do_not_become_megabytes()
    {
        var wide =
            string.Concat(Enumerable.Repeat("a|", 500)) + "\n" + string.Concat(Enumerable.Repeat("-|", 500)) + "\n";
        var text = wide + string.Concat(Enumerable.Repeat("a|\n", 300));
        MarkdownHtml.OfPost(text).Length.ShouldBeLessThan(text.Length * 10);
    }

    [Theory]
    [InlineData("^a ")]
    [InlineData("==a ")]
    [InlineData("a++ ")]
    public void More_marks_than_a_person_writes_are_shown_as_they_came(string part) =>
        MarkdownHtml.OfPost("**b** " + string.Concat(Enumerable.Repeat(part, 3001))).ShouldStartWith("<p>**b** ");
}
