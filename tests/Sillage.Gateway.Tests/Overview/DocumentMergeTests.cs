using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Gateway.Overview;
using Xunit;

namespace Sillage.Gateway.Tests.Overview;

public sealed class DocumentMergeTests
{
    [Fact]
    public void What_the_other_has_not_is_added_and_what_says_something_else_renamed()
    {
        var all = Parse(
            """
            {"paths":{"/health":{"get":{"operationId":"health"}}},
             "components":{"schemas":{"Problem":{"type":"object"},"Page":{"type":"object","properties":{"a":{}}},
                                      "List":{"items":{"$ref":"#/components/schemas/Page"}}}},
             "tags":[{"name":"Server"}]}
            """
        );
        var posts = Parse(
            """
            {"paths":{"/health":{"get":{"operationId":"another"}},
                      "/posts":{"get":{"schema":{"$ref":"#/components/schemas/List"}}}},
             "components":{"schemas":{"Problem":{"type":"object"},
                                      "Page":{"type":"object","properties":{"b":{}}},
                                      "List":{"items":{"$ref":"#/components/schemas/Page"}}}},
             "tags":[{"name":"Server"},{"name":"Posts"}]}
            """
        );

        DocumentMerge.Add(all, posts, "posts");

        JsonNode
            .DeepEquals(
                all,
                Parse(
                    """
                    {"paths":{"/health":{"get":{"operationId":"health"}},
                              "/posts":{"get":{"schema":{"$ref":"#/components/schemas/PostsList"}}}},
                     "components":{"schemas":{"Problem":{"type":"object"},"Page":{"type":"object","properties":{"a":{}}},
                                              "List":{"items":{"$ref":"#/components/schemas/Page"}},
                                              "PostsList":{"items":{"$ref":"#/components/schemas/PostsPage"}},
                                              "PostsPage":{"type":"object","properties":{"b":{}}}}},
                     "tags":[{"name":"Server"},{"name":"Posts"}]}
                    """
                )
            )
            .ShouldBeTrue(all.ToJsonString());
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
