namespace Sillage.Rowing.Squads;

/// <summary>What a caller may do in one squad.</summary>
[Flags]
internal enum SquadRights
{
    None = 0,

    /// <summary>Read who is in it, what is assigned, and what others agreed to show it.</summary>
    Read = 1,

    /// <summary>Say what of one's own it sees, answer what is assigned, and leave.</summary>
    TakePart = 2,

    /// <summary>Invite, assign, give roles, and read the workouts of those who agreed to it.</summary>
    Coach = 4,
}
