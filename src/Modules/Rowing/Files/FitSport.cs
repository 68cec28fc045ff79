using Sillage.Rowing.Records;

namespace Sillage.Rowing.Files;

/// <summary>Which machine or boat a session's sport stands for.</summary>
internal static class FitSport
{
    private const int Generic = 0;
    private const int Cycling = 2;
    private const int FitnessEquipment = 4;
    private const int Training = 10;
    private const int CrossCountrySkiing = 12;
    private const int Rowing = 15;
    private const int Paddling = 19;
    private const int Kayaking = 41;
    private const int IndoorCycling = 6;
    private const int IndoorRowing = 14;

    /// <summary>The machine; null for a sport that is not rowed, skied or ridden on one.</summary>
    public static Machine? MachineOf(FitLap session, FileHints hints, bool hasPlaces) =>
        hints.Machine
        ?? session.Sport switch
        {
            Rowing => session.SubSport == IndoorRowing || !hasPlaces ? Machine.Rower : Machine.Water,
            FitnessEquipment when session.SubSport == IndoorCycling => Machine.Bike,
            FitnessEquipment => Machine.Rower,
            Cycling => Machine.Bike,
            CrossCountrySkiing => hasPlaces ? Machine.Snow : Machine.Skierg,
            Paddling or Kayaking => hasPlaces ? Machine.Water : Machine.Paddle,
            Generic or Training => hasPlaces ? Machine.Water : Machine.Rower,
            _ => null,
        };
}
