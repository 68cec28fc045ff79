namespace Sillage.Posts;

/// <summary>Stands for the module's tables.</summary>
public sealed class PostsData
{
    private PostsData() { }
}
